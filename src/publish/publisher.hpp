// Turns changes of the table into messages on stdout, and keeps the order in which everything ordinary leaves. A cursor
// is stamped when bytes leave the queue, never before, so that it promises only what was told. When lightningd does not
// read, what waits stays bounded: beyond a limit only the newest snapshot of each payment is kept. Hook replies do not
// come by here: they overtake.
#pragma once

#include "base/log.hpp"
#include "io/stream.hpp"
#include "io/timer.hpp"
#include "payments/table.hpp"
#include "publish/cursor.hpp"
#include "publish/snapshot_cache.hpp"

#include <deque>
#include <list>
#include <memory>

namespace publish {

class Publisher final {
  public:
    /// Above this many waiting bytes snapshots of one payment are merged into the newest.
    static constexpr std::size_t merge_above = 8UL * 1024 * 1024;
    /// A snapshot in flight larger than this goes out at most once in a pause per payment.
    static constexpr std::size_t large = 64UL * 1024;

    /// `told`: how far the feed has come, asked whenever a cursor is stamped.
    Publisher(io::Loop& loop, io::Stream& out, const payments::Table& table, std::function<Position()> told,
              CursorMaker cursor, base::Log log);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// A second unless set; what waits begins to wait anew.
    void set_large_pause(std::chrono::milliseconds pause);
    void set_node(const base::NodeId& id) {
        cursor_.set_node(id);
        stamp_.clear();
    }
    /// A snapshot at the moment it leaves. Of two, the one with the higher number shows the payment as it was later.
    struct Left {
        const payments::PaymentKey& key;
        bool terminal = false;
        std::string_view json;
        std::uint64_t number = 0;
    };
    using Observer = std::function<void(const Left& snapshot)>;
    void set_observer(Observer observer) { observer_ = std::move(observer); }
    void tell(const payments::Change& change);
    /// A reply or log line, in its turn behind what already waits.
    void send(std::string_view message);
    /// A message ahead of all that waits but others sent so: for observers, whose news are those that left before.
    /// `text`, shared with others, stands in its middle.
    void send_next(std::string head, std::shared_ptr<const std::string> text, std::string_view tail);
    /// Whether all of these have left.
    [[nodiscard]] bool next_sent() const { return next_.empty(); }
    /// Of the last snapshot made: what the table says now is at least as new.
    [[nodiscard]] std::uint64_t last_number() const { return made_; }
    /// Puts what was held back for its size into the queue: nothing more will come.
    void flush();
    /// Position of the oldest news not yet written; a row beyond them must not be forgotten.
    [[nodiscard]] Position pending() const;
    /// Of messages that wait: what merging weighs against its limit.
    [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }
    /// How far everything has been told and has left: what a cursor stamped now says.
    [[nodiscard]] Position marks() const { return earlier(told_(), pending()); }
    [[nodiscard]] std::string cursor(Position marks, std::uint64_t number) const { return cursor_.make(marks, number); }
    [[nodiscard]] bool is_ours(const Cursor& cursor) const { return cursor_.is_ours(cursor); }
    [[nodiscard]] bool is_of_this_run(const Cursor& cursor) const { return cursor_.is_of_this_run(cursor); }

  private:
    enum class Kind { raw, snapshot, deletion };
    struct Entry {
        Kind kind = Kind::raw;
        payments::PaymentKey key; // snapshot
        std::string body;         // raw: the message; else the object; empty for a snapshot to be made when it leaves
        bool terminal = false;
        std::uint64_t number = 0;   // snapshot with a body
        Position floor = unlimited; // what had been told when this was queued
    };
    struct Next {
        std::string head;
        std::shared_ptr<const std::string> text;
        std::string_view tail; // static
        [[nodiscard]] std::size_t size() const { return head.size() + text->size() + tail.size(); }
    };
    struct Large {
        std::chrono::steady_clock::time_point last;
        bool waiting = false; // a newer snapshot is due when the pause is over
        Position floor = unlimited;
    };

    void tell_snapshot(const payments::Payment& payment);
    [[nodiscard]] bool hold_back(const payments::PaymentKey& key);
    void enqueue(Kind kind, const payments::PaymentKey& key, std::string_view body, bool terminal, Position floor);
    [[nodiscard]] std::list<Entry> entry(Kind kind, std::string_view body);
    void reuse(std::list<Entry> left);
    void begin_merging();
    [[nodiscard]] const payments::Payment* held_back(const payments::PaymentKey& key) const;
    void release_large();
    [[nodiscard]] std::string_view written(const payments::Payment& payment);
    /// When nothing waits a snapshot is written where it leaves from: no entry, no body of its own.
    [[nodiscard]] std::string* room();
    void leave(std::string& leaving, const payments::Payment& payment);
    void leave(std::string& leaving, const Left& snapshot);
    bool leave(std::string& leaving, const Entry& entry);
    bool next_message(std::string& leaving);
    const std::string& stamp();

    io::Stream& out_;
    const payments::Table& table_;
    std::function<Position()> told_;
    CursorMaker cursor_;
    std::string stamp_; // the end of a message with the last cursor: most messages of a burst have the same
    Position stamped_;
    publish::SnapshotCache snapshots_;
    base::Log log_;
    Observer observer_;
    bool observed_ = false; // the observer is being told
    std::uint64_t made_ = 0;
    std::deque<Next> next_; // before the queue
    std::list<Entry> queue_;
    std::list<Entry> pool_; // that left, with their memory: malloc took a tenth of a round behind a slow reader
    std::size_t waiting_bytes_ = 0;
    bool merging_ = false;                                    // from too many waiting bytes until nothing waits
    std::unordered_map<payments::PaymentKey, Entry*> newest_; // while merging: the last queued snapshot of each payment
    std::size_t merged_ = 0;
    std::unordered_map<payments::PaymentKey, Large> large_;
    std::chrono::milliseconds large_pause_{1000};
    io::Timer large_timer_;
};

} // namespace publish

// Turns changes of the table into messages on stdout, and keeps the order in which everything ordinary leaves. A cursor
// is written into a message when its bytes leave, never before, so that it promises only what was published. Replies to
// hooks do not come by here: they overtake.
#pragma once

#include "base/log.hpp"
#include "io/stream.hpp"
#include "payments/change.hpp"
#include "payments/table.hpp"
#include "publish/cursor.hpp"
#include "publish/large_snapshots.hpp"
#include "publish/queue.hpp"
#include "publish/snapshot_cache.hpp"

#include <deque>
#include <memory>

namespace publish {

class Publisher final : public payments::ChangeListener {
  public:
    Publisher(io::Loop& loop, io::Stream& out, const payments::Table& table, Progress& progress, CursorMaker cursor,
              base::Log log);
    ~Publisher();

    void set_large_pause(std::chrono::milliseconds pause) { large_.set_pause(pause); }
    void set_node(const base::NodeId& id) {
        cursor_.set_node(id);
        stamp_.clear();
    }
    /// A snapshot at the moment it leaves. Of two, the one with the higher number shows the payment as it was later.
    struct Written {
        const payments::PaymentKey& key;
        bool terminal = false;
        std::string_view json;
        std::uint64_t number = 0;
    };
    using Observer = std::function<void(const Written& snapshot)>;
    void set_observer(Observer observer) { observer_ = std::move(observer); }
    void changed(const payments::Change& change) override;
    /// A reply or log line, in its turn behind what already waits.
    void send(std::string_view message);
    /// Sends a message before everything queued, behind other messages sent this way. For observers: theirs belongs
    /// right behind the snapshot that just left. `text` is shared with others.
    void send_next(std::string head, std::shared_ptr<const std::string> text, std::string_view tail);
    /// Whether all messages of send_next() have left.
    [[nodiscard]] bool next_sent() const { return next_.empty(); }
    /// Number of the last snapshot made: what the table says now is at least as new.
    [[nodiscard]] std::uint64_t last_number() const { return made_; }
    /// Puts what was delayed for its size into the queue: nothing more will come.
    void flush();
    /// Of messages that wait, compared with Queue::merge_above.
    [[nodiscard]] std::size_t waiting_bytes() const { return queue_.waiting_bytes() + next_bytes_; }
    /// What a cursor written now says.
    [[nodiscard]] Position position() const { return progress_.safe(); }
    [[nodiscard]] std::string cursor(Position position, std::uint64_t number) const {
        return cursor_.make(position, number);
    }
    [[nodiscard]] bool is_ours(const Cursor& cursor) const { return cursor_.is_ours(cursor); }
    [[nodiscard]] bool is_of_this_run(const Cursor& cursor) const { return cursor_.is_of_this_run(cursor); }

  private:
    struct Next {
        std::string head;
        std::shared_ptr<const std::string> text;
        std::string_view tail; // static
        [[nodiscard]] std::size_t size() const { return head.size() + text->size() + tail.size(); }
    };

    void publish(const payments::Payment& payment);
    void publish_late(const payments::PaymentKey& key, Progress::Hold hold);
    [[nodiscard]] std::string_view json(const payments::Payment& payment);
    void push(Queue::Kind kind, const payments::PaymentKey& key, std::string_view body, bool terminal,
              Progress::Hold hold);
    /// When nothing waits a message is written where it leaves from: no entry, no body of its own.
    [[nodiscard]] std::string* append_buffer();
    void write_out(std::string& leaving, const Written& snapshot);
    bool write_out(std::string& leaving, const Queue::Entry& entry);
    bool next_message(std::string& leaving);
    const std::string& stamp();

    io::Stream& out_;
    const payments::Table& table_;
    Progress& progress_;
    CursorMaker cursor_;
    std::string stamp_; // the end of a message with the last cursor: most messages of a burst have the same
    Position stamped_;
    SnapshotCache snapshots_;
    base::Log log_;
    Observer observer_;
    bool observed_ = false; // the observer is being called
    std::uint64_t made_ = 0;
    std::deque<Next> next_; // before the queue
    std::size_t next_bytes_ = 0;
    Queue queue_;
    LargeSnapshots large_;
};

} // namespace publish

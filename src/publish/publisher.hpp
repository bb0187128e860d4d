// Turns changes of the table into messages on stdout and keeps all ordinary output in order. A cursor is added when a
// message leaves, so that it covers only published updates. Replies to hooks do not pass here: they overtake.
#pragma once

#include "base/log.hpp"
#include "io/stream.hpp"
#include "payments/change.hpp"
#include "payments/table.hpp"
#include "publish/cursor.hpp"
#include "publish/large_snapshots.hpp"
#include "publish/queue.hpp"
#include "publish/snapshot_cache.hpp"
#include "publish/topics.hpp"

#include <deque>
#include <memory>

namespace publish {

class Publisher final : public payments::ChangeListener {
  public:
    Publisher(io::Loop& loop, io::Stream& out, const payments::Table& table, Progress& progress, CursorMaker cursor,
              base::Log log);
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;
    ~Publisher();

    void set_large_pause(std::chrono::milliseconds pause) { large_.set_pause(pause); }
    void set_large(std::size_t bytes) { large_.set_large(bytes); }
    /// Leaves topics out; everything else stays as it is. Before the first message: a subscriber could not see the gap.
    void set_topics(TopicChoice topics) { topics_ = topics; }
    [[nodiscard]] const TopicChoice& topics() const { return topics_; }
    void set_node(const base::NodeId& id) {
        cursor_.set_node(id);
        stamp_.clear();
    }
    /// A snapshot that is being written. Of two, the one with the greater number is newer.
    struct Written {
        const payments::PaymentKey& key;
        bool terminal = false;
        std::string_view json;
        std::uint64_t number = 0;
    };
    using Observer = std::function<void(const Written& snapshot)>;
    void set_observer(Observer observer) { observer_ = std::move(observer); }
    void changed(const payments::Change& change) override;
    /// Sends a reply or log line after everything queued.
    void send(std::string_view message);
    /// Sends a message before everything queued, but after others sent this way. Observers use it to send a message
    /// right after a snapshot. `text` is shared with others.
    void send_next(std::string head, std::shared_ptr<const std::string> text, std::string_view tail);
    /// True if all messages of send_next() were written.
    [[nodiscard]] bool next_sent() const { return next_.empty(); }
    /// Number of the newest snapshot made; the table is at least as new.
    [[nodiscard]] std::uint64_t last_number() const { return made_; }
    /// Queues delayed large snapshots now, before the program ends.
    void flush();
    /// Bytes of waiting messages, to be compared with Queue::merge_above.
    [[nodiscard]] std::size_t waiting_bytes() const { return queue_.waiting_bytes() + next_bytes_; }
    /// Snapshots that were merged into newer ones, since the start.
    [[nodiscard]] std::uint64_t merged() const { return queue_.all_merged(); }
    /// The position of a cursor that is written now.
    [[nodiscard]] Position position() const { return progress_.safe(); }
    [[nodiscard]] std::string cursor(Position position, std::uint64_t number, base::UpdatedIndex given) const {
        return cursor_.make(position, number, given);
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
    /// If nothing waits, a message is written directly into the stream's buffer, without a queue entry.
    [[nodiscard]] std::string* append_buffer();
    void write_out(std::string& leaving, const Written& snapshot);
    bool write_out(std::string& leaving, const Queue::Entry& entry);
    bool next_message(std::string& leaving);
    const std::string& stamp();

    io::Stream& out_;
    const payments::Table& table_;
    Progress& progress_;
    CursorMaker cursor_;
    TopicChoice topics_;
    std::string stamp_; // end of a message with the last cursor, which most messages of a burst share
    Position stamped_;
    SnapshotCache snapshots_;
    base::Log log_;
    Observer observer_;
    bool observed_ = false; // the observer is being called
    std::uint64_t made_ = 0;
    std::deque<Next> next_; // sent before the queue
    std::size_t next_bytes_ = 0;
    Queue queue_;
    LargeSnapshots large_;
};

} // namespace publish

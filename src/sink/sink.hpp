// Publishes the tracker's stream into JetStream. Its position is not kept on this machine: each message has the
// low-water mark, and the node's last message gives it back after a start. When the server takes no more, the reader is
// paused: nothing piles up here, and the missed changes are asked for afterwards.
#pragma once

#include "consumer/reader.hpp"
#include "io/timer.hpp"
#include "sink/delivery.hpp"

#include <map>

namespace sink {

class Sink final : public consumer::Listener, public jetstream::Listener {
  public:
    /// Messages that are being stored at a time, and changes that are kept here before the reader is paused. An answer
    /// of the tracker or its table of payments in flight may exceed the second by its own length.
    static constexpr std::size_t most_unacknowledged = 256;
    static constexpr std::size_t most_bytes = 16UL * 1024 * 1024; ///< of JSON, likewise
    /// Changes behind one that the server does not take, stored ones included. And deletions, which cannot be asked for
    /// again: so many are kept while the reader is paused, further ones are not published.
    static constexpr std::size_t most_changes = 20'000;

    Sink(io::Loop& loop, jetstream::Stream& stream, base::Log log);
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink() override = default;

    /// Must be called before anything else. `reader` must call this listener.
    void use(consumer::Reader& reader) {
        reader_ = &reader;
        reader.repeat_ends(); // the stream says whether an end adds anything
    }
    /// Once, when the node's id is known. `from_beginning`: publish all payments if the stream has nothing of the node.
    void begin(Form form, bool from_beginning);
    /// The params of a message on the topic trackpayments_deleted.
    void deleted(std::string_view params);

    void updated(const consumer::Update& update) override;
    void replaced() override;
    void state_changed(consumer::State state) override;
    void ready() override;
    void lost() override;

    struct Status {
        consumer::CursorPtr position; ///< null before the first
        bool caught_up = false;       ///< nothing waits, here or at the tracker
        std::size_t unacknowledged = 0;
        std::chrono::seconds lag{0}; ///< since when something waits
        std::uint64_t acknowledged = 0;
        std::uint64_t already_stored = 0;
        std::string problem; ///< a payment that does not fit into a message; empty if there is none
    };
    [[nodiscard]] Status status() const;

  private:
    /// starting: the position is not known. placed: it is, and what the server acknowledged is there.
    enum class State : std::uint8_t { starting, at_beginning, placed };
    using Clock = std::chrono::steady_clock;

    void find_position();
    void move_reader();
    void place(const std::optional<jetstream::StoredMessage>& last);
    void check_place(const std::optional<jetstream::StoredMessage>& last);
    void start_at(consumer::CursorPtr cursor);
    void add(Change change);
    void fall_behind();
    void note_caught_up();
    void send();
    void done(Window::Id id, Delivery::Outcome outcome, const std::string& reason);
    void refused(Window::Id id, const std::string& reason);
    void put_back_refused();
    void begin_again(bool has_messages);
    void vanished(const consumer::SnapshotPtr& payment);
    void retire(const base::PaymentHash& hash, std::uint64_t old_index, const Knowledge& stored);
    void retired(const base::PaymentHash& hash, std::uint64_t old_index, const Knowledge& stored,
                 const std::vector<consumer::SnapshotPtr>& payments);

    base::Log log_;
    jetstream::Stream& stream_;
    consumer::Reader* reader_ = nullptr;
    Form form_;
    bool from_beginning_ = false;
    State state_ = State::starting;
    consumer::CursorPtr begun_at_; // the position of this run's first change
    std::int64_t created_ns_ = 0;  // of the stream
    bool begun_ = false;           // begin() was called
    bool usable_ = false;          // between ready() and lost()
    bool asking_ = false;          // for the node's last message
    bool proven_ = false;          // the server has stored something since it was lost
    bool sending_ = false;         // send() is at work
    bool remade_ = false;          // the stream was made again: nothing more is sent until that is dealt with
    Window window_;
    Delivery delivery_;
    std::map<std::uint64_t, consumer::SnapshotPtr> in_flight_; // as delivered by the reader
    std::uint64_t questions_ = 0;                              // to the tracker, about a payment
    std::map<std::uint64_t, std::uint64_t> asked_about_;       // by index: the open question, if no update came since
    std::vector<Window::Id> refused_;                          // taken, and tried again later
    io::Timer retry_;
    io::Timer check_stream_;
    io::Loop::EndOfTurn move_reader_; // the reader must not be moved while it calls this listener
    std::string problem_;
    bool deletion_lost_logged_ = false;
    std::optional<Clock::time_point> behind_since_; // paused, or cut off from tracker or server since then
    std::uint64_t acknowledged_ = 0;
    std::uint64_t already_stored_ = 0;
};

} // namespace sink

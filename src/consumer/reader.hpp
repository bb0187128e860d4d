// A reader of the tracker's stream that never loses a final state. It follows the topic `trackpayments`, and closes
// every gap with the command `trackpayments since=`: after the RPC socket was lost, after a restart of the tracker or
// the node, after a long silence. It tolerates a tracker that is not there yet, or goes away.
//
// Its cursor moves only with answers to `since` and with live messages, which lightningd delivers in order: what a
// cursor covers was delivered. It never takes the cursor of the payments in flight, except the first time: a payment
// that ended just before that answer may still be on its way here.
#pragma once

#include "consumer/delivered.hpp"
#include "consumer/live_queue.hpp"
#include "consumer/runs.hpp"
#include "consumer/tracker.hpp"
#include "io/timer.hpp"
#include "rpc/message.hpp"

#include <chrono>
#include <map>

namespace consumer {

/// waiting: the tracker has never answered. away: it answered, and is gone.
enum class State : std::uint8_t { waiting, active, away };
[[nodiscard]] std::string_view state_name(State state);

/// May destroy the reader in each call.
class Listener {
  public:
    virtual ~Listener() = default;
    /// Each change in order, live ones and those missed.
    virtual void updated(const Update& update) = 0;
    /// The table of payments in flight was replaced: first answer, or a gap was closed. Comes after the missed updates.
    /// Its payments count as delivered: compare them with those that you know. updated() does not repeat them.
    virtual void replaced() = 0;
    virtual void state_changed(State state) = 0;
};

/// Of the updates of a page only the last one has its cursor; those before it have the one that was asked for.
struct Page {
    std::vector<Update> updates;
    CursorPtr cursor;
    bool more = false;
};

/// How long the reader waits before it asks.
struct Pauses {
    std::chrono::milliseconds first{1000}; ///< after the tracker did not answer; doubles each time
    std::chrono::milliseconds longest{30'000};
    std::chrono::milliseconds silence{60'000}; ///< after the last message
};

/// `reported`: lightningd reports that a plugin was started or stopped (since v25.02). Else only a call shows it: the
/// reader asks more often, so that its state is not wrong for long.
[[nodiscard]] Pauses pauses(bool reported);

class Reader final {
  public:
    Reader(io::Loop& loop, rpc::Client& client, base::Log log, Listener& listener, Pauses pauses = {});
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() = default;

    /// Call when the RPC socket is connected or lost.
    void connected();
    void disconnected();
    /// A message on the topic `trackpayments`, `plugin_started` or `plugin_stopped`; others are ignored.
    void notification(const rpc::Message& message);

    /// Delivers nothing more until resume(), except the rest of the answer or the table that is being delivered. Live
    /// messages are dropped, and nothing is kept: resume() asks for what was missed. Call it in a listener's function.
    void pause();
    void resume();
    [[nodiscard]] bool paused() const { return paused_; }
    /// The end of a payment in an answer is delivered also if the same end was: it may say more. For a listener that
    /// knows itself what it has.
    void repeat_ends() { repeats_ends_ = true; }
    /// Goes on after another cursor, as if nothing had been delivered yet.
    void start_at(CursorPtr cursor);
    /// If the tracker refuses the cursor (it is of a database that was restored, or of another node), all payments of
    /// the node are delivered again. Without this call the reader begins with the payments in flight.
    void begin_anew_at_beginning() { anew_at_beginning_ = true; }

    [[nodiscard]] State state() const { return state_; }
    /// Why the last round of calls was given up; empty once one was not.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    /// There is no gap: live messages are delivered as they come.
    [[nodiscard]] bool following() const { return following_; }
    /// False while the tracker is still searching for payments that were in flight at its start. The reader then asks
    /// again for the payments in flight, until they are complete.
    [[nodiscard]] bool complete() const { return complete_; }
    /// By payment_index.
    [[nodiscard]] const std::map<std::uint64_t, SnapshotPtr>& in_flight() const { return in_flight_; }
    /// Null while waiting.
    [[nodiscard]] const CursorPtr& cursor() const { return cursor_; }

    using Lookup = std::function<void(const tl::expected<std::vector<SnapshotPtr>, Refusal>&)>;
    using PageCallback = std::function<void(const tl::expected<Page, Refusal>&)>;

    /// All payments of the hash, oldest first. `answer` is called once, in a later turn, unless the reader is destroyed
    /// before.
    void lookup(const base::PaymentHash& hash, Lookup answer);
    using ListCallback = Tracker::Callback;
    /// A page of all payments, in the same way.
    void list(const PageQuery& query, const ListCallback& answer) { tracker_.ask_page(query, answer); }
    /// One page of `trackpayments since=cursor`, for somebody who has a cursor of their own.
    void page(std::string_view cursor, PageCallback answer);

  private:
    void ask();
    void ask_since();
    void ask_in_flight();
    void got_page(const CursorPtr& since, const Answer& answer);
    void got_in_flight(const Answer& answer);
    void failed(const Refusal& refusal);
    void not_live();
    void give_up_for_now(const std::string& why);
    void begin_anew(const std::string& reason);
    void finish();
    void retry_later();
    void await_silence();
    void live(std::string_view params);
    void late(const SnapshotPtr& payment, const std::string& run);
    void tracker_started();
    void tracker_stopped();
    void fill(const Answer& answer);
    void answered_by(const std::string& run);
    void drop_older_than(const std::string& run);
    /// Each is false if the listener destroyed the reader. `run`: of a live message.
    [[nodiscard]] bool deliver(const Update& update, std::string_view run = {});
    [[nodiscard]] bool set_state(State state);

    Tracker tracker_;
    base::Log log_;
    Listener& listener_;
    Pauses pauses_;
    State state_ = State::waiting;
    std::map<std::uint64_t, SnapshotPtr> in_flight_;
    CursorPtr cursor_;
    Delivered delivered_;
    LiveQueue queue_; // empty while following_
    Runs runs_;
    std::string answered_;        // the run that answered last
    std::string newest_at_begin_; // the newest run when the round began
    std::string trouble_;

    bool connected_ = false;
    bool following_ = false; // there is no gap: live messages are delivered at once
    bool asking_ = false;    // a round of calls is under way, one call at a time
    bool again_ = false;     // the round may miss something: another one follows
    bool refill_ = true;     // the round replaces the table
    bool complete_ = false;  // the table has all payments in flight
    bool anew_ = false;      // the cursor was refused
    bool paused_ = false;
    bool repeats_ends_ = false;
    bool anew_at_beginning_ = false;
    bool refusal_logged_ = false;
    bool filling_ = false;    // the payments in flight are asked for
    std::uint64_t round_ = 0; // answers to calls of an earlier round are ignored
    std::chrono::milliseconds pause_;
    io::Timer retry_;
    io::Timer silence_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace consumer

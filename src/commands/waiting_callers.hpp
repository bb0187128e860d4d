// Callers of `trackpayments` that wait: each is sent what the topic says as a `message` of its request, and is let go
// when its time is up, what it waits for has come, or too many wait. lightningd does not say that a caller has gone, so
// those who died wait like the others: 1000 of them made a payment of 200 parts four times slower. Knows who waits and
// what each was sent. The final answer is made elsewhere (TrackpaymentsCommand).
#pragma once

#include "commands/recent_snapshots.hpp"
#include "commands/trackpayments_request.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "payments/table.hpp"
#include "publish/publisher.hpp"

#include <list>
#include <unordered_map>

namespace commands {

/// Payments of an answer that cursors do not cover yet (DelayedAnswers).
struct AwaitedRows {
    std::chrono::steady_clock::time_point since;
    std::unordered_map<payments::PaymentKey, bool> terminal; ///< whether each was over when it was found
};

struct Caller {
    std::string id; ///< of its request, raw
    TrackpaymentsRequest request;
    std::string filter;                      ///< raw; empty if none
    publish::Position begin;                 ///< a cursor from which nothing it was sent is missing
    bool may_stay = true;                    ///< it has not waited yet
    std::vector<payments::PaymentKey> first; ///< what it was sent before it began to wait
    std::uint64_t first_number = 0;          ///< of the last snapshot made until then
    std::vector<Snapshot> changed;           ///< the newest of each payment, the last to change last
    bool overflowed = false;                 ///< there was too much of it
    std::optional<AwaitedRows> awaited;
};

class WaitingCallers final {
  public:
    /// Beyond, the one that has waited longest is answered.
    static constexpr std::size_t most = 200;
    /// Beyond, lines are merged: the newest of each payment in a pause.
    static constexpr std::size_t most_at_once = 20;
    static constexpr std::chrono::milliseconds merge_pause{100};

    using Quoted = std::shared_ptr<const std::string>;
    /// Puts a `message` ahead of all that waits, in the order in which they are sent. `quoted`: shared by many callers.
    using Send = std::function<void(const Caller& to, const Quoted& quoted)>;
    /// Whether all that was sent has left.
    using AllSent = std::function<bool()>;
    using Ended = std::function<void(Caller)>;

    WaitingCallers(io::Loop& loop, const payments::Table& table, Send send, AllSent all_sent, Ended ended);

    void add(Caller caller);
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    /// A snapshot has just left for the topic.
    void written(const publish::Publisher::Written& snapshot);

  private:
    struct Waiting {
        Caller caller;
        std::uint64_t joined = 0; // number of what had left by then
        std::unique_ptr<io::Timer> timer;
    };
    using WaitingRef = std::list<Waiting>::iterator;
    /// A line that waits for the end of the pause.
    struct Line {
        Snapshot snapshot;
        std::uint64_t made = 0;   // publish::Publisher::Written::number
        std::uint64_t number = 0; // of those that left
        Quoted quoted{};
    };
    using LineRef = std::list<Line>::iterator;

    void merge(const Snapshot& newest, std::uint64_t made);
    void send(Line& line) const;
    void send_to(const Waiting& waiting, Line& line) const;
    void send_all();
    void pause_over();
    [[nodiscard]] bool has_what_it_waits_for(const Caller& caller, bool terminal) const;
    void end(WaitingRef place);

    io::Loop& loop_;
    const payments::Table& table_;
    Send send_;
    AllSent all_sent_;
    Ended ended_;
    std::list<Waiting> waiting_; // the longest first
    std::uint64_t number_ = 0;   // of snapshots that left
    RecentSnapshots recent_;
    RecentSnapshots recent_ends_; // of terminal ones alone: for callers with no_inflight_updates
    std::list<Line> lines_;
    std::unordered_map<payments::PaymentKey, LineRef> line_of_;
    io::Timer pause_;
};

/// What stands before and behind the text, a JSON string, in a `message` of a pending request
/// (`src/cln/README.md`, "Log and messages"). `id`: raw.
[[nodiscard]] std::string message_head(std::string_view id);
inline constexpr std::string_view message_tail = "}}\n\n";

} // namespace commands

// Callers of `trackpayments` with a timeout. Each gets every snapshot of the topic as a `message` of its request. It is
// answered when its time is up, when the result it waits for has come, or when too many wait. lightningd does not
// report callers that disconnect, so they wait like the others: 1000 of them made a payment of 200 parts four times
// slower. Keeps the callers and the snapshots each one got; TrackpaymentsCommand makes the final answer.
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

/// Payments of an answer that no cursor covers yet (DelayedAnswers).
struct AwaitedRows {
    std::chrono::steady_clock::time_point since;
    std::unordered_map<payments::PaymentKey, bool> terminal; ///< whether each had ended when it was found
};

struct Caller {
    std::string id; ///< id of its request, raw
    TrackpaymentsRequest request;
    std::string filter;                      ///< raw; empty if none
    publish::Position begin;                 ///< a cursor before everything that it was sent
    bool may_stay = true;                    ///< false once it has waited
    std::vector<payments::PaymentKey> first; ///< payments it was sent before it began to wait
    std::uint64_t first_number = 0;          ///< number of the last snapshot made before that
    std::vector<Snapshot> changed;           ///< newest snapshot of each payment, in the order of changes
    bool overflowed = false;                 ///< `changed` had to be dropped
    std::optional<AwaitedRows> awaited;
};

class WaitingCallers final {
  public:
    /// With more callers, the one that has waited longest is answered.
    static constexpr std::size_t most = 200;
    /// With more callers, snapshots are merged: each pause sends the newest of each payment.
    static constexpr std::size_t most_at_once = 20;
    static constexpr std::chrono::milliseconds merge_pause{100};

    using Quoted = std::shared_ptr<const std::string>;
    /// Sends a `message` before all queued output; keeps the order of calls. `quoted`: the text as a JSON string,
    /// shared by many callers.
    using Send = std::function<void(const Caller& to, const Quoted& quoted)>;
    /// True if all messages were written.
    using AllSent = std::function<bool()>;
    using Ended = std::function<void(Caller)>;

    WaitingCallers(io::Loop& loop, const payments::Table& table, Send send, AllSent all_sent, Ended ended);

    void add(Caller caller);
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    /// Call when a snapshot was written to the topic.
    void written(const publish::Publisher::Written& snapshot);

  private:
    struct Waiting {
        Caller caller;
        std::uint64_t joined = 0; // number of the last snapshot before it joined
        std::unique_ptr<io::Timer> timer;
    };
    using WaitingRef = std::list<Waiting>::iterator;
    /// A snapshot that waits for the end of the pause.
    struct Line {
        Snapshot snapshot;
        std::uint64_t made = 0;   // publish::Publisher::Written::number
        std::uint64_t number = 0; // value of number_
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
    std::list<Waiting> waiting_; // longest waiting first
    std::uint64_t number_ = 0;   // counts snapshots written to the topic
    RecentSnapshots recent_;
    RecentSnapshots recent_ends_; // only terminal ones: for callers with no_inflight_updates
    std::list<Line> lines_;
    std::unordered_map<payments::PaymentKey, LineRef> line_of_;
    io::Timer pause_;
};

/// The text before and after the JSON string in a `message` notification for a pending request (`src/cln/README.md`,
/// "Log and messages"). `id`: raw.
[[nodiscard]] std::string message_head(std::string_view id);
inline constexpr std::string_view message_tail = "}}\n\n";

} // namespace commands

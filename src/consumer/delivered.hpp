// The newest delivered snapshot of each payment, of the last few megabytes. An answer repeats what its cursor does not
// cover yet: a topic's cursor, for example, comes before the row of the very payment it ends. Repetitions that are
// remembered here are left out. Those that are not may be delivered twice.
#pragma once

#include "consumer/snapshot.hpp"

#include <deque>
#include <string_view>
#include <unordered_map>

namespace consumer {

class Delivered final {
  public:
    /// Bytes of JSON that are kept.
    static constexpr std::size_t most_bytes = 16UL * 1024 * 1024;

    /// True if this was the payment's last delivered state.
    [[nodiscard]] bool is_last(const Snapshot& payment) const;
    /// True if the payment's last delivered state was the same end, with as many attempts: a restarted tracker knows
    /// less of a payment, not more. Clients that count ends must not see it twice.
    [[nodiscard]] bool has_same_end(const Snapshot& payment) const;
    /// The run of the live message that brought the payment's last delivered state. Empty if an answer brought it, or
    /// it is not remembered.
    [[nodiscard]] std::string_view live_run(std::uint64_t payment_index) const;
    /// `run`: of the live message; empty if the state is from an answer.
    void add(const SnapshotPtr& payment, std::string_view run);

  private:
    struct Entry {
        SnapshotPtr payment;
        std::string run;
    };
    void drop_oldest();

    std::unordered_map<std::uint64_t, Entry> newest_; // by payment_index
    std::deque<SnapshotPtr> order_;                   // also those that are not the newest any more
    std::size_t bytes_ = 0;
};

} // namespace consumer

// A part from the command that sends it to its end. Makes rows, takes the outcome from the scenario, notifies all who
// wait (waits, sendpay_success/failure, waitsendpay, injectpaymentonion). See src/cln/README.md, "Rows".
#pragma once

#include "ledger.hpp"
#include "scenario.hpp"
#include "topology.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace standin {

struct Node;

struct PartKey {
    base::PaymentHash hash;
    std::uint64_t groupid = 0;
    std::uint64_t partid = 0;
    auto operator<=>(const PartKey&) const = default;
};

/// The part that a command sends.
struct SendSpec {
    PartKey key;
    std::uint64_t amount = 0;
    std::uint64_t sent = 0;
    std::uint64_t total = 0;
    std::string destination; ///< hex or empty
    RowExtra extra;
};

/// The plan of a payer inside the stand-in for a part that it sends by a command.
struct Plan {
    Outcome outcome;
    std::uint64_t delivers = 0;  ///< msat, if the row does not have it
    std::uint64_t set_total = 0; ///< msat that the payee waits for; injectpaymentonion does not pass it to lightningd
    Route route;
};

class Sendpays final {
  public:
    using Failure = std::shared_ptr<const PartFailure>;
    /// `failure` is null when it is complete. `row` is as after the update.
    using Done = std::function<void(const Row& row, const Failure& failure)>;

    explicit Sendpays(Node& node) : node_(node) {}

    void plan(const PartKey& key, Plan plan) { plans_[key] = std::move(plan); }
    /// The outcome of this part, from its plan or from the scenario; taken once for each part, before send().
    [[nodiscard]] Plan take_plan(const PartKey& key);
    /// Makes the row; its outcome follows in later turns.
    Row& send(SendSpec spec, const Plan& plan);
    /// Calls `done` at the end of a pending part.
    void when_done(const Row& row, Done done);
    /// Ends pending parts (`release`): all of the hash or one. Returns the number of parts ended.
    std::size_t release(const base::PaymentHash& hash, std::optional<std::uint64_t> partid, const Outcome& outcome);

  private:
    struct HtlcSet {
        std::map<std::uint64_t, std::uint64_t> arrived; ///< created_index -> msat
        std::uint64_t amount = 0;
    };
    using SetKey = std::pair<base::PaymentHash, std::uint64_t>;

    void happen(std::uint64_t created_index, const Plan& plan);
    void arrive(Row& row, const Plan& plan, std::uint32_t timeout_ms);
    void time_out(const SetKey& key, std::uint64_t created_index);
    void settle(Row& row);
    void fail(Row& row, const Outcome& outcome);
    [[nodiscard]] PartFailure describe(const Row& row, const Outcome& outcome) const;
    void finish(Row& row, Status status, const Failure& failure);

    Node& node_;
    std::map<PartKey, Plan> plans_;
    std::map<SetKey, HtlcSet> sets_;
    std::unordered_map<std::uint64_t, std::vector<Done>> waiting_;
};

} // namespace standin

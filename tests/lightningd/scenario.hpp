// What happens to payments, told by a test: for an invoice (by label or hash) the parts, their attempts, and what
// becomes of each. README.md has the JSON. Without a word about an invoice its payment is one part that settles at
// once.
#pragma once

#include "base/bytes.hpp"
#include "json/text.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace standin {

struct Invoice;

struct Outcome {
    enum class Do {
        settle,       ///< when the whole HTLC set has arrived, as a payee does
        settle_alone, ///< at once, whatever the siblings do
        hold,         ///< until `release`
        fail,         ///< by a node on the way or by the payee
        garble,       ///< the failure onion cannot be read by anybody
        local_fail,   ///< inside our own node, at once
        malformed,    ///< the first peer says the onion is bad (update_fail_malformed_htlc)
        refuse,       ///< the command itself is refused: no row
        peer_away     ///< the same, as lightningd does when the first peer is disconnected
    };
    Do what = Do::settle;
    std::uint16_t failcode = 0x1007;
    int erring_index = -1; ///< -1: the payee for its own codes, else the first hop
    std::uint32_t delay_ms = 0;
    std::string raw_message;   ///< hex; empty: of the usual shape
    std::string message;       ///< of a refusal or a local failure
    int code = -32602;         ///< of a refusal
    std::string via;           ///< l2, l4, l5; empty: by turns
    std::uint64_t fee = 0;     ///< msat; 0: what the route takes
    std::uint64_t overpay = 0; ///< msat; renepay delivers so much more than the part's share
    std::uint32_t wait_ms = 0; ///< a payer waits so long before this attempt, as one that waits for a block
};

struct PartPlan;

struct Attempt {
    Outcome outcome;
    std::vector<PartPlan> split; ///< if not empty: instead of one retry these smaller parts
};

struct PartPlan {
    std::uint64_t amount = 0; ///< msat; 0: an equal share of what no part names
    std::vector<Attempt> attempts;
};

struct Script {
    std::vector<PartPlan> parts;
    std::vector<Outcome> outcomes; ///< of sendpay, sendonion, injectpaymentonion called by hand, in their order
    std::size_t used = 0;          ///< of outcomes; the last one repeats
    int payer_code = 0;            ///< the payer gives up with this code before it has made any part
    std::string payer_message;
    std::uint32_t mpp_timeout_ms = 60'000;
    std::uint32_t think_ms = 0;   ///< a payer takes so long to find a route
    std::uint32_t forget_ms = 15; ///< listpays calls an xpay pending so long after its answer
};

class Scenario final {
  public:
    /// One entry as the command `scenario` takes it, or the reason why not.
    tl::expected<void, std::string> add(const json::Tree& entry);
    /// The default script when nothing was said about the invoice (which may be null).
    [[nodiscard]] Script& script_for(const base::PaymentHash& hash, const Invoice* invoice);
    /// The parts with their amounts filled in.
    [[nodiscard]] std::vector<PartPlan> parts_for(const Script& script, std::uint64_t total) const;

  private:
    std::map<std::string, Script> by_label_;
    std::map<base::PaymentHash, Script> by_hash_;
    Script default_;
};

/// One outcome: a word or an object.
[[nodiscard]] tl::expected<Outcome, std::string> read_outcome(const json::Tree& value);

} // namespace standin

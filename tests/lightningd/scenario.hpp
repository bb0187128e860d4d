// The outcomes of payments, given by a test: for an invoice (by label or hash) its parts, their attempts and the
// outcome of each. README.md has the JSON. A payment without an entry is one part that settles at once.
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
        settle_alone, ///< at once, without its siblings
        hold,         ///< until `release`
        fail,         ///< by a node on the way or by the payee
        garble,       ///< the failure onion cannot be decrypted by any node
        local_fail,   ///< inside our own node, at once
        malformed,    ///< the first peer reports a bad onion (update_fail_malformed_htlc)
        refuse,       ///< the command itself is refused: no row
        peer_away     ///< the same, as lightningd does when the first peer is disconnected
    };
    Do what = Do::settle;
    std::uint16_t failcode = 0x1007;
    int erring_index = -1; ///< -1: the payee for its own codes, else the first hop
    std::uint32_t delay_ms = 0;
    std::string raw_message;   ///< hex; empty: of the usual form
    std::string message;       ///< of a refusal or a local failure
    int code = -32602;         ///< of a refusal
    std::string via;           ///< l2, l4, l5; empty: in turn
    std::uint64_t fee = 0;     ///< msat; 0: the route's own
    std::uint64_t overpay = 0; ///< msat; renepay delivers this much more than the part's share
    std::uint32_t wait_ms = 0; ///< a payer waits this long before the attempt, like one that waits for a block
};

struct PartPlan;

struct Attempt {
    Outcome outcome;
    std::vector<PartPlan> split; ///< if not empty: these smaller parts instead of one retry
};

struct PartPlan {
    std::uint64_t amount = 0; ///< msat; 0: an equal share of the rest
    std::vector<Attempt> attempts;
};

struct Script {
    std::vector<PartPlan> parts;
    std::vector<Outcome> outcomes; ///< of sendpay, sendonion, injectpaymentonion called by hand, in their order
    std::size_t used = 0;          ///< of outcomes; the last one repeats
    int payer_code = 0;            ///< the payer gives up with this code before it has made any part
    std::string payer_message;
    std::uint32_t mpp_timeout_ms = 60'000;
    std::uint32_t think_ms = 0;   ///< a payer takes this long to find a route
    std::uint32_t forget_ms = 15; ///< listpays shows an xpay as pending this long after its answer
};

class Scenario final {
  public:
    /// Reads one entry of the command `scenario`; the error is the reason why it is invalid.
    tl::expected<void, std::string> add(const json::Tree& entry);
    /// The default script if the invoice (which may be null) has no entry.
    [[nodiscard]] Script& script_for(const base::PaymentHash& hash, const Invoice* invoice);
    /// The parts with their amounts filled in.
    [[nodiscard]] std::vector<PartPlan> parts_for(const Script& script, std::uint64_t total) const;

  private:
    std::map<std::string, Script> by_label_;
    std::map<base::PaymentHash, Script> by_hash_;
    Script default_;
};

/// One outcome: a name or an object.
[[nodiscard]] tl::expected<Outcome, std::string> read_outcome(const json::Tree& value);

} // namespace standin

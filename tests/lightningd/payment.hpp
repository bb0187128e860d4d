// Common to all payers: one payment, its parts and their attempts as in the scenario.
#pragma once

#include "node.hpp"

#include <deque>
#include <memory>

namespace standin {

/// One planned part, on its nth attempt.
struct PayerPart {
    PartPlan plan;
    std::size_t attempt = 0;
    std::size_t number = 0; ///< selects the route

    [[nodiscard]] const Outcome& outcome() const { return plan.attempts[attempt].outcome; }
    [[nodiscard]] bool has_next() const { return attempt + 1 < plan.attempts.size(); }
};

/// `{"pubkey":…,"payload":…}` of createonion for the route (src/cln/README.md, "Hop payloads"). `secret` empty: keysend
/// with `preimage`.
[[nodiscard]] std::string onion_hops(const Route& route, const std::string& secret, std::uint64_t total,
                                     const base::Preimage& preimage);

/// The parts that follow when this one's current attempt has failed: the same with its next attempt, or its split.
[[nodiscard]] std::vector<PayerPart> retries(const PayerPart& part, std::size_t& next_number);

/// Seconds with decimals since `begin`.
[[nodiscard]] std::string seconds_since(std::chrono::steady_clock::time_point begin);
[[nodiscard]] std::string unix_time_now();

} // namespace standin

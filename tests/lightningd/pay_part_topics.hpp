// pay_part_start and pay_part_end, as plugin cln-xpay writes them (src/cln/README.md, "Notifications").
#pragma once

#include "node.hpp"

namespace standin {

/// One attempt of a part.
struct XpayAttempt {
    PartKey key;
    Route route; ///< empty: to our own node
    std::uint64_t amount = 0;
    std::uint64_t total = 0; ///< `total_payment_msat`
    bool blinded = false;
    std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();

    [[nodiscard]] std::uint64_t sent() const { return route.empty() ? amount : route.front().amount; }
};

void notify_part_start(Node& node, const XpayAttempt& attempt);
/// `failure` null: settled.
void notify_part_end(Node& node, const XpayAttempt& attempt, const PartFailure* failure);
/// The failure's name as xpay has it.
[[nodiscard]] std::string xpay_error_name(const PartFailure& failure);

} // namespace standin

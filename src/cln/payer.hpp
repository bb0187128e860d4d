// The payers that come with lightningd, one row each: the name in their calls, and the evidence that one stopped
// trying.
#pragma once

#include "cln/version.hpp"
#include "payments/payment.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace cln {

enum class EndKnownBy {
    pay_failure,   ///< the payer sends this notification
    listpays,      ///< shows its payment as failed (v26.06 and later)
    renepaystatus, ///< reports whether it still tries
};

struct PayerRow {
    payments::Payer payer = payments::Payer::unknown;
    std::string_view caller; ///< its plugin's name in the ids of its calls
    EndKnownBy end = EndKnownBy::pay_failure;
    /// The number of the first part of each of its groups, if it always begins with that one and adds to no older
    /// group. (plugins/xpay/xpay.c, new_attempt; plugins/libplugin-pay.c, payment_new: a payment that is split at once
    /// has no part 0.)
    std::optional<base::PartId> first_part{};
    /// True for versions in which it may wait for blocks, up to a minute without any sign.
    bool (*may_wait_silently)(Version version) = [](Version) { return false; };
};

inline constexpr std::array<PayerRow, 4> payers{{
    {payments::Payer::pay, "pay", EndKnownBy::pay_failure, base::PartId{0}, pay_waits_for_blocks},
    {payments::Payer::keysend, "keysend", EndKnownBy::pay_failure, std::nullopt, pay_waits_for_blocks},
    {payments::Payer::xpay, "cln-xpay", EndKnownBy::listpays, base::PartId{1}, xpay_ends_silently},
    {payments::Payer::renepay, "cln-renepay", EndKnownBy::renepaystatus},
}};

/// Null for an unknown payer and for other plugins.
[[nodiscard]] constexpr const PayerRow* payer_row(payments::Payer payer) {
    for (const auto& row : payers)
        if (row.payer == payer)
            return &row;
    return nullptr;
}

[[nodiscard]] constexpr payments::Payer payer_of(std::string_view caller) {
    for (const auto& row : payers)
        if (row.caller == caller)
            return row.payer;
    return caller.empty() ? payments::Payer::unknown : payments::Payer::other;
}

} // namespace cln

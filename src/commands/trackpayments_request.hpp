// The parameters of `trackpayments`.
#pragma once

#include "base/time.hpp"
#include "host/declaration.hpp"
#include "publish/cursor.hpp"

#include <chrono>

namespace commands {

/// A page of all payments by payment_index, with the parameters of LND's ListPayments.
struct PageRequest {
    static constexpr std::size_t most_payments = 100;

    std::uint64_t index_offset = 0; ///< exclusive; 0: from the first payment on, or if reversed from the last
    std::size_t max_payments = most_payments;
    bool reversed = false;                    ///< the payments before index_offset, also oldest first
    bool include_incomplete = false;          ///< also those that are not SUCCEEDED
    std::uint64_t created_from = 0;           ///< second
    std::uint64_t created_until = UINT64_MAX; ///< second, inclusive
    bool omit_hops = false;
    bool only_count = false; ///< all payments, whatever their status and date

    [[nodiscard]] bool is_in_dates(base::UnixNs created) const {
        const auto second = static_cast<std::uint64_t>(created.seconds()); // never negative
        return second >= created_from && second <= created_until;
    }
    bool operator==(const PageRequest&) const = default;
};

struct TrackpaymentsRequest {
    bool only_final = false; ///< LND's no_inflight_updates
    std::optional<base::PaymentHash> hash;
    std::optional<publish::Cursor> since;
    std::chrono::seconds timeout{0}; ///< how long to wait; 0 = not at all
    std::optional<PageRequest> page; ///< excludes the others
};

inline constexpr std::chrono::seconds longest_timeout{3600};

/// Reads named or positional parameters; refuses like lightningd. Does not check whether the cursor belongs to this
/// node, or how far it reaches.
[[nodiscard]] tl::expected<TrackpaymentsRequest, rpc::Error> read_trackpayments(const json::Tree& params);
inline constexpr int generic_error = -1; ///< LIGHTNINGD, common/jsonrpc_errors.h

extern const host::CommandSpec trackpayments_spec;

} // namespace commands

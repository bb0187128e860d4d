// The parameters of `trackpayments`.
#pragma once

#include "host/declaration.hpp"
#include "publish/cursor.hpp"

#include <chrono>

namespace commands {

struct TrackpaymentsRequest {
    bool only_final = false; ///< LND's no_inflight_updates
    std::optional<base::PaymentHash> hash;
    std::optional<publish::Cursor> since;
    std::chrono::seconds timeout{0}; ///< how long to wait; 0 = not at all
};

inline constexpr std::chrono::seconds longest_timeout{3600};

/// Reads named or positional parameters; refuses like lightningd. Does not check whether the cursor belongs to this
/// node, or how far it reaches.
[[nodiscard]] tl::expected<TrackpaymentsRequest, rpc::Error> read_trackpayments(const json::Tree& params);
inline constexpr int generic_error = -1; ///< LIGHTNINGD, common/jsonrpc_errors.h

extern const host::CommandSpec trackpayments_spec;

} // namespace commands

// What a caller of `trackpayments` asks for.
#pragma once

#include "host/declaration.hpp"
#include "publish/cursor.hpp"

#include <chrono>

namespace commands {

struct TrackpaymentsRequest {
    bool only_final = false; ///< LND's no_inflight_updates
    std::optional<base::PaymentHash> hash;
    std::optional<publish::Cursor> since;
    std::chrono::seconds timeout{0}; ///< how long to stay; 0 = not at all
};

inline constexpr std::chrono::seconds longest_timeout{3600};

/// Named or positional, refused as lightningd would. Whose cursor it is and how far it reaches is not judged here.
[[nodiscard]] tl::expected<TrackpaymentsRequest, rpc::Error> read_trackpayments(const json::Tree& params);
inline constexpr int generic_error = -1; ///< LIGHTNINGD, common/jsonrpc_errors.h

extern const host::CommandSpec trackpayments_spec;

} // namespace commands

// What a caller of `trackpayments` asks for.
#pragma once

#include "rpc/params.hpp"
#include "track/cursor.hpp"

#include <chrono>

namespace track {

struct FollowRequest {
    bool only_final = false; ///< LND's no_inflight_updates
    std::optional<base::PaymentHash> hash;
    std::optional<Cursor> since;
    std::chrono::seconds timeout{0}; ///< how long to stay; 0 = not at all
};

inline constexpr std::chrono::seconds longest_timeout{3600};

/// Named or positional, refused as lightningd would. Whose cursor it is and how far it reaches is not judged here.
[[nodiscard]] tl::expected<FollowRequest, rpc::Error> read_follow(const rpc::json& params);
/// `[no_inflight_updates] [payment_hash] [since] [timeout]`
[[nodiscard]] std::string follow_usage();

} // namespace track

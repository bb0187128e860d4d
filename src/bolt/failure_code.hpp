// BOLT 4 failure codes: flags and number in two bytes. Their names and meanings in LND are in lnrpc/failure_code.hpp.
#pragma once

#include <cstdint>

namespace bolt {

/// The failing node could not read the onion. A direct peer reports this without encrypting the error.
inline constexpr std::uint16_t bad_onion = 0x8000;
/// Permanent: a retry fails again.
inline constexpr std::uint16_t perm = 0x4000;
/// The node failed, not one of its channels.
inline constexpr std::uint16_t node = 0x2000;
/// The message may carry a channel_update.
inline constexpr std::uint16_t update = 0x1000;

inline constexpr std::uint16_t temporary_node_failure = node | 2;
inline constexpr std::uint16_t permanent_node_failure = perm | node | 2;
inline constexpr std::uint16_t required_node_feature_missing = perm | node | 3;
inline constexpr std::uint16_t invalid_onion_version = bad_onion | perm | 4;
inline constexpr std::uint16_t invalid_onion_hmac = bad_onion | perm | 5;
inline constexpr std::uint16_t invalid_onion_key = bad_onion | perm | 6;
inline constexpr std::uint16_t temporary_channel_failure = update | 7;
inline constexpr std::uint16_t permanent_channel_failure = perm | 8;
inline constexpr std::uint16_t required_channel_feature_missing = perm | 9;
inline constexpr std::uint16_t unknown_next_peer = perm | 10;
inline constexpr std::uint16_t amount_below_minimum = update | 11;
inline constexpr std::uint16_t fee_insufficient = update | 12;
inline constexpr std::uint16_t incorrect_cltv_expiry = update | 13;
inline constexpr std::uint16_t expiry_too_soon = update | 14;
inline constexpr std::uint16_t incorrect_or_unknown_payment_details = perm | 15;
inline constexpr std::uint16_t final_incorrect_cltv_expiry = 18;
inline constexpr std::uint16_t final_incorrect_htlc_amount = 19;
inline constexpr std::uint16_t channel_disabled = update | 20;
inline constexpr std::uint16_t expiry_too_far = 21;
inline constexpr std::uint16_t invalid_onion_payload = perm | 22;
inline constexpr std::uint16_t mpp_timeout = 23;
inline constexpr std::uint16_t invalid_onion_blinding = bad_onion | perm | 24;

// No longer in BOLT 4, still sent by old nodes.
inline constexpr std::uint16_t invalid_realm = perm | 1;
inline constexpr std::uint16_t incorrect_payment_amount = perm | 16;
inline constexpr std::uint16_t final_expiry_too_soon = 17;

} // namespace bolt

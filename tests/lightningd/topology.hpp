// The small network around the stand-in: l1 (us) - l2 - l3, l1 - l4 - l3, l1 - l5 - l3 (expensive); l3 is every payee.
// The same as in the recordings, so that routes, fees and directions can be compared with them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

inline constexpr std::string_view our_node = "035fdd0cddae793c67358ff26bbd00c405835ede7dbc5b52cbcef7e8ac746e3c72";
inline constexpr std::string_view payee_node = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90";
inline constexpr std::uint32_t block_height = 108;
/// The payee's final CLTV delta, and each forwarding node's.
inline constexpr std::uint32_t final_delay = 11;
inline constexpr std::uint32_t hop_delay = 6;

struct Hop {
    std::string node;
    std::string channel;
    int direction = 0;
    std::uint64_t amount = 0; ///< msat arriving at the node
    std::uint32_t cltv = 0;   ///< absolute expiry of the HTLC arriving at the node
};

/// Empty for a payment to our own node.
using Route = std::vector<Hop>;

/// `via`: l2, l4 or l5; any other value takes the nth of them. `fee` 0: the node's own.
[[nodiscard]] Route make_route(std::string_view via, std::size_t nth, std::uint64_t amount, std::uint64_t fee = 0);

/// The most that arrives on that route when `sent` leaves our node.
[[nodiscard]] std::uint64_t deliverable(std::string_view via, std::size_t nth, std::uint64_t sent,
                                        std::uint64_t fee = 0);

/// BxTxO as the 64-bit number of the wire.
[[nodiscard]] std::uint64_t scid_number(std::string_view scid);
/// 0 when `from` has the lesser id (BOLT 7).
[[nodiscard]] int direction_between(std::string_view from, std::string_view to);
/// True if we have a channel to that peer.
[[nodiscard]] bool is_peer(std::string_view node);

} // namespace standin

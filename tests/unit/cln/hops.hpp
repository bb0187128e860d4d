// Nodes of the recordings, and a check of one decoded hop.
#pragma once

#include "payments/route.hpp"

#include "received.hpp"

namespace hops {

inline const std::string alice = "039640c72c9ad130c4f88348bf7b2ffc9d239d7ce72fb8ca73e80157159b1a3339";
inline const std::string bob = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90";
inline const std::string carol = "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8";

/// The channel is `block`x`transaction`x0.
inline void is(const payments::Hop& hop, const std::string& node, std::uint64_t block, std::uint64_t transaction,
               std::uint64_t forward, std::uint32_t expiry) {
    INFO("hop to ", node);
    CHECK(hop.node.hex() == node);
    CHECK(hop.channel.value == (block << 40 | transaction << 16));
    CHECK(hop.forward.value == forward);
    CHECK(hop.expiry == expiry);
}

} // namespace hops

// Routes as lightningd's commands and topics describe them, shifted into LND's hops: lightningd's element i is the HTLC
// *into* a node, LND's hop i tells what goes *out* of it (`src/lnrpc/README.md`, "Hops"). Absolute heights count from
// the block after the chain's.
#pragma once

#include "cln/calls.hpp"
#include "payments/route.hpp"

namespace cln {

/// The chain's height as getinfo and block_added tell it; 0 = unknown, and then so is every expiry that hangs on it.
struct ChainHeight {
    std::uint32_t blocks = 0;
    /// The absolute height `delay` blocks from now, as lightningd counts (lightningd/pay.c).
    [[nodiscard]] std::uint32_t plus(std::uint64_t delay) const;
};

/// `sendpay`'s route, in the old spelling, that of `getroutes` (v26.06), or both; `params` for payment secret, total
/// and metadata. Nothing when an element cannot be read.
[[nodiscard]] std::optional<payments::Route> decode_sendpay_route(Value params, ChainHeight height);

/// `createonion`'s hops: each node's payload decoded. The channel into the first node is only in `sendonion`'s
/// first_hop.
struct Onion {
    base::PaymentHash hash;
    std::vector<payments::Hop> hops;
    base::Msat total; ///< as the payee is told; 0 when it is not
};
[[nodiscard]] std::optional<Onion> decode_createonion(Value params);

/// `sendonion`'s first_hop.
struct FirstHop {
    base::NodeId node;
    base::ShortChannelId channel; ///< 0 when not said
    std::uint32_t total_time_lock = 0;
};
[[nodiscard]] std::optional<FirstHop> decode_first_hop(Value params, ChainHeight height);

/// What leaves our node: by `sendpay`'s route, and by `sendonion`'s first_hop. Nothing when it is not said.
[[nodiscard]] std::optional<base::Msat> sendpay_sent(Value params);
[[nodiscard]] std::optional<base::Msat> first_hop_amount(Value params);
/// What the payee gets by a sendonion's part, where the caller says it.
[[nodiscard]] std::optional<base::Msat> sendonion_amount(Value params);

/// `pay_part_start`'s hops (xpay): amounts but no expiries. A blinded path is one last hop to a node that does not
/// exist.
[[nodiscard]] std::optional<payments::Route> decode_xpay_hops(Value hops);

} // namespace cln

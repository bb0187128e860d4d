// Turns routes from lightningd's commands and topics into LND's hops. lightningd's element i describes the HTLC *into*
// a node, LND's hop i the HTLC that *leaves* it (`src/lnrpc/README.md`, "Hops"). Absolute heights count from the block
// after the current one.
#pragma once

#include "cln/calls.hpp"
#include "payments/route.hpp"

namespace cln {

/// The chain's height from getinfo and block_added; 0 = unknown, and then every expiry computed from it is unknown too.
struct ChainHeight {
    std::uint32_t blocks = 0;
    /// The absolute height `delay` blocks from now, as lightningd counts (lightningd/pay.c).
    [[nodiscard]] std::uint32_t plus(std::uint64_t delay) const;
};

/// `sendpay`'s route with the old keys, the keys of `getroutes` (v26.06), or both. `params` also has the payment
/// secret, total and metadata. Nothing if an element cannot be read.
[[nodiscard]] std::optional<payments::Route> decode_sendpay_route(Value params, ChainHeight height);

/// `createonion`'s hops, each node's payload decoded. Only `sendonion`'s first_hop has the channel into the first node.
struct Onion {
    base::PaymentHash hash;
    std::vector<payments::Hop> hops;
    base::Msat total; ///< the total sent to the payee; 0 if none is
};
[[nodiscard]] std::optional<Onion> decode_createonion(Value params);

/// `sendonion`'s first_hop.
struct FirstHop {
    base::NodeId node;
    base::ShortChannelId channel; ///< 0 if not given
    std::uint32_t total_time_lock = 0;
};
[[nodiscard]] std::optional<FirstHop> decode_first_hop(Value params, ChainHeight height);

/// The amount that leaves our node, by `sendpay`'s route or `sendonion`'s first_hop. Nothing if not given.
[[nodiscard]] std::optional<base::Msat> sendpay_sent(Value params);
[[nodiscard]] std::optional<base::Msat> first_hop_amount(Value params);
/// The amount that the payee gets by this part of a sendonion, if given.
[[nodiscard]] std::optional<base::Msat> sendonion_amount(Value params);

/// `pay_part_start`'s hops (xpay): amounts but no expiries. A blinded path appears as one last hop to a made-up node.
[[nodiscard]] std::optional<payments::Route> decode_xpay_hops(Value hops);

} // namespace cln

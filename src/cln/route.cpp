#include "cln/route.hpp"

#include "bolt/hop_payload.hpp"

#include <algorithm>
#include <limits>

namespace cln {

namespace {

/// One element of sendpay's route: the HTLC into `node`.
struct Element {
    base::NodeId node;
    base::ShortChannelId channel;
    base::Msat amount;
    std::uint64_t delay = 0;
};

/// If both spellings of a key are present, the new one wins, as in lightningd.
Value either(Value object, std::string_view newer, std::string_view older) {
    const auto value = object.find(newer);
    return value ? value : object.find(older);
}

std::optional<base::Msat> element_amount(Value object) {
    const auto out = either(object, "amount_out_msat", "amount_msat");
    return maybe_amount(out ? out : object.find("msatoshi")); // the oldest spelling, up to v23.11
}

std::optional<Element> decode_element(Value object) {
    const auto node = maybe_node(either(object, "node_id_out", "id"));
    const auto amount = element_amount(object);
    const auto delay = maybe_number(either(object, "cltv_out", "delay"));
    const auto channel = maybe_channel(either(object, "short_channel_id_dir", "channel"));
    if (!node || !amount || !delay)
        return std::nullopt;
    return Element{*node, channel.value_or(base::ShortChannelId{}), *amount, *delay};
}

payments::HopExtras& extras_of(payments::Hop& hop) {
    if (!hop.extras)
        hop.extras = base::HeapOptional(payments::HopExtras{});
    return *hop.extras;
}

/// Adds values that only createonion's payloads have, besides amount and expiry.
void add_extras(payments::Hop& hop, bolt::HopPayload&& payload) {
    const bool plain = !payload.payment_data && payload.encrypted_recipient_data.empty() && !payload.current_path_key &&
                       payload.payment_metadata.empty() && !payload.total_amount && payload.custom_records.empty();
    if (plain)
        return;
    auto& extras = extras_of(hop);
    if (payload.payment_data)
        extras.mpp = payments::MppRecord{payload.payment_data->payment_secret, payload.payment_data->total};
    if (payload.current_path_key)
        extras.blinding_point.assign(payload.current_path_key->bytes.begin(), payload.current_path_key->bytes.end());
    extras.encrypted_data = std::move(payload.encrypted_recipient_data);
    extras.metadata = std::move(payload.payment_metadata);
    extras.total = payload.total_amount.value_or(base::Msat{});
    extras.custom_records = std::move(payload.custom_records);
}

/// The made-up node id by which xpay replaces everything after the introduction node of a blinded path: 02, 31 zeros,
/// 01 (plugins/xpay/xpay.c).
bool is_blinded_end(const base::NodeId& node) {
    return node.bytes.front() == 2 && node.bytes.back() == 1 &&
           std::all_of(node.bytes.begin() + 1, node.bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

} // namespace

std::uint32_t ChainHeight::plus(std::uint64_t delay) const {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    if (blocks == 0 || delay > most - blocks - 1)
        return 0;
    return static_cast<std::uint32_t>(blocks + 1 + delay);
}

std::optional<payments::Route> decode_sendpay_route(Value params, ChainHeight height) {
    const auto list = argument(params, "route", 0);
    if (!list.is_array())
        return std::nullopt;
    std::vector<Element> elements;
    for (const auto object : list.elements()) {
        const auto element = decode_element(object);
        if (!element)
            return std::nullopt;
        elements.push_back(*element);
    }
    payments::Route route;
    route.self = elements.empty();
    if (route.self)
        return route;
    route.total_time_lock = height.plus(elements.front().delay);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        const auto& onward = elements[std::min(i + 1, elements.size() - 1)];
        route.hops.push_back({elements[i].node, elements[i].channel, onward.amount, height.plus(onward.delay), {}});
    }
    if (const auto secret = maybe_hex(argument(params, "payment_secret", 5)); secret && secret->size() == 32) {
        const auto total = maybe_amount(sendpay_amount(params));
        payments::MppRecord mpp;
        std::copy(secret->begin(), secret->end(), mpp.payment_secret.begin());
        mpp.total = total.value_or(elements.back().amount);
        extras_of(route.hops.back()).mpp = mpp;
    }
    if (auto metadata = maybe_hex(argument(params, "payment_metadata", 9)); metadata && !metadata->empty())
        extras_of(route.hops.back()).metadata = std::move(*metadata);
    return route;
}

std::optional<Onion> decode_createonion(Value params) {
    const auto list = argument(params, "hops", 0);
    const auto hash = maybe_hash(argument(params, "assocdata", 1));
    if (list.elements().empty() || !hash)
        return std::nullopt;
    Onion onion;
    onion.hash = *hash;
    base::ShortChannelId into; // each payload names the channel into the next node
    for (const auto object : list.elements()) {
        const auto node = maybe_node(object.find("pubkey"));
        const auto bytes = maybe_hex(object.find("payload"));
        auto payload = bytes ? bolt::decode_hop_payload(*bytes) : tl::unexpected(bolt::Error{"no payload", 0});
        if (!node || !payload)
            return std::nullopt;
        payments::Hop hop{
            *node, into, payload->amt_to_forward.value_or(base::Msat{}), payload->outgoing_cltv.value_or(0), {}};
        into = payload->scid.value_or(base::ShortChannelId{});
        add_extras(hop, std::move(*payload));
        onion.hops.push_back(std::move(hop));
    }
    if (const auto& extras = onion.hops.back().extras)
        onion.total = extras->mpp ? extras->mpp->total : extras->total;
    return onion;
}

std::optional<FirstHop> decode_first_hop(Value params, ChainHeight height) {
    const auto object = argument(params, "first_hop", 1);
    if (!object)
        return std::nullopt;
    const auto node = maybe_node(object.find("id"));
    const auto delay = maybe_number(object.find("delay"));
    if (!node || !delay)
        return std::nullopt;
    return FirstHop{*node, maybe_channel(object.find("channel")).value_or(base::ShortChannelId{}), height.plus(*delay)};
}

std::optional<base::Msat> sendpay_sent(Value params) {
    const auto route = argument(params, "route", 0);
    for (const auto first : route.is_array() ? route.elements() : Value().elements())
        return element_amount(first);
    return std::nullopt;
}

std::optional<base::Msat> first_hop_amount(Value params) {
    const auto first = argument(params, "first_hop", 1);
    const auto amount = first.find("amount_msat");
    return maybe_amount(amount ? amount : first.find("msatoshi"));
}

std::optional<base::Msat> sendonion_amount(Value params) {
    return maybe_amount(argument(params, "amount_msat", 7));
}

std::optional<payments::Route> decode_xpay_hops(Value hops) {
    if (!hops.is_array())
        return std::nullopt;
    payments::Route route;
    route.self = hops.elements().empty();
    for (const auto object : hops.elements()) {
        const auto node = maybe_node(object.find("next_node"));
        const auto channel = maybe_channel(object.find("short_channel_id"));
        const auto arriving = maybe_amount(object.find("channel_out_msat"));
        if (!node || !channel || !arriving)
            return std::nullopt;
        if (!route.hops.empty())
            route.hops.back().forward = *arriving; // the previous node forwards what arrives here
        route.hops.push_back({*node, *channel, *arriving, 0, {}});
    }
    if (route.self)
        return route;
    auto& last = route.hops.back();
    const bool blinded = is_blinded_end(last.node);
    if (blinded)
        last.channel = {};
    route.secret_of_invoice = !blinded;
    return route;
}

} // namespace cln

#include "cln/calls.hpp"

namespace cln {

Value argument(Value params, std::string_view name, int position) {
    if (!params.is_array())
        return params.find(name);
    for (int at = 0; const auto value : params.elements())
        if (at++ == position)
            return value.is_null() ? Value() : value;
    return {};
}

Value sendpay_amount(Value params) {
    const auto amount = argument(params, "amount_msat", 3);
    return amount ? amount : params.find("msatoshi");
}

std::optional<std::uint64_t> maybe_number(Value value) {
    if (const auto number = value.natural())
        return number;
    const auto text = value.text();
    return text ? digits(*text) : std::nullopt;
}

std::optional<base::Msat> maybe_amount(Value value) {
    return read_msat(value);
}

std::optional<base::PaymentHash> maybe_hash(Value value) {
    const auto text = value.text();
    return text ? base::PaymentHash::from_hex(*text) : std::nullopt;
}

std::optional<base::NodeId> maybe_node(Value value) {
    const auto text = value.text();
    return text ? base::NodeId::from_hex(*text) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> maybe_hex(Value value) {
    const auto text = value.text();
    return text ? base::from_hex(*text) : std::nullopt;
}

std::optional<base::ShortChannelId> maybe_channel(Value value) {
    const auto text = value.text();
    if (!text)
        return std::nullopt;
    if (const auto channel = base::parse_short_channel_id(*text))
        return channel;
    const auto directed = base::parse_channel_direction(*text);
    return directed ? std::optional(directed->channel) : std::nullopt;
}

} // namespace cln

#include "cln/calls.hpp"

#include "rpc/params.hpp"

namespace cln {

namespace {

std::optional<std::string_view> text_of(const json* value) {
    if (!value || !value->is_string())
        return std::nullopt;
    return value->get_ref<const std::string&>();
}

} // namespace

const json* member(const json& object, const char* name) {
    if (!object.is_object())
        return nullptr;
    const auto at = object.find(name);
    return at == object.end() || at->is_null() ? nullptr : &*at;
}

const json* argument(const json& params, const char* name, int position) {
    if (!params.is_array())
        return member(params, name);
    const auto at = static_cast<std::size_t>(position);
    return position >= 0 && at < params.size() && !params[at].is_null() ? &params[at] : nullptr;
}

const json* sendpay_amount(const json& params) {
    const auto* amount = argument(params, "amount_msat", 3);
    return amount ? amount : member(params, "msatoshi");
}

std::optional<std::uint64_t> maybe_number(const json* value) {
    if (!value)
        return std::nullopt;
    const auto number = rpc::read_u64("", *value);
    return number ? std::optional(*number) : std::nullopt;
}

std::optional<base::Msat> maybe_amount(const json* value) {
    return value ? read_msat(*value) : std::nullopt;
}

std::optional<base::PaymentHash> maybe_hash(const json* value) {
    const auto text = text_of(value);
    return text ? base::PaymentHash::from_hex(*text) : std::nullopt;
}

std::optional<base::NodeId> maybe_node(const json* value) {
    const auto text = text_of(value);
    return text ? base::NodeId::from_hex(*text) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> maybe_hex(const json* value) {
    const auto text = text_of(value);
    return text ? base::from_hex(*text) : std::nullopt;
}

std::optional<base::ShortChannelId> maybe_channel(const json* value) {
    const auto text = text_of(value);
    if (!text)
        return std::nullopt;
    if (const auto channel = base::parse_short_channel_id(*text))
        return channel;
    const auto directed = base::parse_channel_direction(*text);
    return directed ? std::optional(directed->channel) : std::nullopt;
}

} // namespace cln

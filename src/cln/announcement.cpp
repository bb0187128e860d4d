#include "cln/announcement.hpp"

#include "cln/fields.hpp"
#include "rpc/params.hpp"

#include <algorithm>
#include <array>

namespace cln {

namespace {

using payments::Payer;
using payments::TotalSource;

/// Where each command keeps what we look for, when its params are positional. -1: it has no such parameter.
struct Positions {
    std::string_view method;
    int payment_hash;
    int partid;
    int groupid;
    const char* total_name;
    int total;
    TotalSource source;
};

constexpr std::array<Positions, 3> commands{{
    {"sendpay", 1, 6, 8, "amount_msat", 3, TotalSource::sendpay_amount},
    {"sendonion", 2, 5, 10, "total_amount_msat", 12, TotalSource::total_amount},
    {"injectpaymentonion", 1, 4, 5, nullptr, -1, TotalSource::none},
}};

constexpr std::array<std::pair<std::string_view, Payer>, 4> payer_names{{
    {"pay", Payer::pay},
    {"keysend", Payer::keysend},
    {"cln-xpay", Payer::xpay},
    {"", Payer::unknown},
}};

Payer payer_of(std::string_view caller) {
    for (const auto& [name, payer] : payer_names)
        if (name == caller)
            return payer;
    return Payer::other;
}

const json* argument(const json& params, const char* name, int position) {
    if (params.is_array())
        return position >= 0 && static_cast<std::size_t>(position) < params.size()
                   ? &params[static_cast<std::size_t>(position)]
                   : nullptr;
    if (!params.is_object())
        return nullptr;
    const auto at = params.find(name);
    return at == params.end() ? nullptr : &*at;
}

/// Not given (or null) is a value too: nothing. False when it is given and no number.
bool read_number(const json* value, std::optional<std::uint64_t>& number) {
    if (!value || value->is_null())
        return true;
    const auto read = rpc::read_u64("", *value);
    if (read)
        number = *read;
    return read.has_value();
}

} // namespace

std::optional<payments::PartAnnounced> decode_announcement(const HookedCall& call, base::UnixNs seen) {
    const auto* at = std::find_if(commands.begin(), commands.end(),
                                  [&](const Positions& command) { return command.method == call.method; });
    if (at == commands.end())
        return std::nullopt;
    const auto params = rpc::parse(call.params);
    if (!params)
        return std::nullopt;

    const auto* hash_text = argument(*params, "payment_hash", at->payment_hash);
    const auto hash = hash_text && hash_text->is_string()
                          ? base::PaymentHash::from_hex(hash_text->get_ref<const std::string&>())
                          : std::nullopt;
    std::optional<std::uint64_t> partid;
    std::optional<std::uint64_t> group;
    if (!hash || !read_number(argument(*params, "partid", at->partid), partid) ||
        !read_number(argument(*params, "groupid", at->groupid), group))
        return std::nullopt;

    payments::PartAnnounced announced;
    announced.hash = *hash;
    announced.partid.value = partid.value_or(0);
    if (group)
        announced.group = base::GroupId{*group};
    announced.payer = payer_of(call.caller());
    announced.seen = seen;
    if (at->total_name)
        if (const auto* total = argument(*params, at->total_name, at->total))
            if (const auto amount = read_msat(*total))
                announced.total = {at->source, *amount};
    return announced;
}

} // namespace cln

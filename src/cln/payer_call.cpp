#include "cln/payer_call.hpp"

#include "cln/payer.hpp"
#include <algorithm>
#include <array>

namespace cln {

namespace {

using payments::TotalSource;

/// Positions of the arguments that we need, for positional params. -1: the command has no such parameter.
struct Positions {
    std::string_view method;
    int payment_hash;
    int partid;
    int groupid;
};

constexpr std::array<Positions, 3> commands{{
    {"sendpay", 1, 6, 8},
    {"sendonion", 2, 5, 10},
    {"injectpaymentonion", 1, 4, 5},
}};

/// The amount that the whole payment is to deliver; injectpaymentonion does not contain it.
payments::Total total_of(std::string_view method, Value params) {
    const bool sendpay = method == "sendpay";
    const auto amount = sendpay                 ? sendpay_amount(params)
                        : method == "sendonion" ? argument(params, "total_amount_msat", 12)
                                                : Value();
    const auto total = maybe_amount(amount);
    return total ? payments::Total{sendpay ? TotalSource::sendpay_amount : TotalSource::total_amount, *total}
                 : payments::Total{};
}

/// The amount sent, as the part's row will show it.
std::optional<base::Msat> sent_by(std::string_view method, Value params) {
    if (method == "injectpaymentonion")
        return maybe_amount(argument(params, "amount_msat", 2));
    if (method == "sendonion")
        return first_hop_amount(params);
    const auto sent = sendpay_sent(params);
    return sent ? sent : maybe_amount(sendpay_amount(params)); // a payment to ourselves
}

void add_route(payments::ExpectedPart& expected, std::string_view method, Value params, ChainHeight height) {
    if (method == "sendpay") {
        expected.route = decode_sendpay_route(params, height).value_or(payments::Route{});
    } else if (method == "sendonion") {
        if (const auto first = decode_first_hop(params, height))
            expected.route.total_time_lock = first->total_time_lock;
    } else if (const auto expiry = maybe_number(argument(params, "cltv_expiry", 3)); expiry && *expiry <= UINT32_MAX) {
        expected.route.total_time_lock =
            static_cast<std::uint32_t>(*expiry); // injectpaymentonion has an absolute height
    }
}

} // namespace

std::optional<payments::ExpectedPart> decode_payer_call(const HookedCall& call, Value params, ChainHeight height,
                                                        base::UnixNs seen) {
    const auto* at = std::find_if(commands.begin(), commands.end(),
                                  [&](const Positions& command) { return command.method == call.method; });
    if (at == commands.end())
        return std::nullopt;
    const auto hash = maybe_hash(argument(params, "payment_hash", at->payment_hash));
    const auto partid = argument(params, "partid", at->partid);
    const auto group = argument(params, "groupid", at->groupid);
    const auto part_number = maybe_number(partid);
    const auto group_number = maybe_number(group);
    // An absent number has its default; one that is not a number makes the call unreadable.
    if (!hash || (partid && !part_number) || (group && !group_number))
        return std::nullopt;

    payments::ExpectedPart expected;
    expected.hash = *hash;
    expected.partid.value = part_number.value_or(0);
    if (group_number)
        expected.group = base::GroupId{*group_number};
    expected.by.call = true;
    expected.payer = payer_of(call.caller());
    expected.call = call.payer_call();
    expected.seen = seen;
    expected.total = total_of(call.method, params);
    expected.sent = sent_by(call.method, params);
    add_route(expected, call.method, params, height);
    return expected;
}

} // namespace cln

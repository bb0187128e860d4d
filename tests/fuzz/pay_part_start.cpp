// Params of xpay's notification `pay_part_start`.
#include "cln/notifications.hpp"
#include "cln/route.hpp"
#include "facts_in_json.hpp"

namespace pay_part_start_target {

namespace {

constexpr base::UnixNs now{1'700'000'000'123'456'789};

cln::Decoded<payments::ExpectedPart> decode(json::Value params) {
    return cln::decode_pay_part_start(params, now);
}

} // namespace

FUZZ_TARGET(pay_part_start) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto start = decode(fuzz::Nodes(*params));
    const auto* body = fuzz::at(*params, "pay_part_start");
    if (!start) {
        fuzz::check_refusal(start.error());
    } else if (body) {
        fuzz::require(fuzz::is_hex(fuzz::at(*body, "payment_hash"), start->hash.hex()), "payment_hash");
        fuzz::require(start->group && fuzz::is_number(fuzz::at(*body, "groupid"), start->group->value), "groupid");
        fuzz::require(fuzz::is_number(fuzz::at(*body, "partid"), start->partid.value), "partid");
        fuzz::require(start->payer == payments::Payer::xpay && start->seen == now,
                      "the part is xpay's, with the time it was seen");
        const auto* total = fuzz::at(*body, "total_payment_msat");
        fuzz::require(total ? fuzz::is_amount(total, start->total.amount.value)
                            : start->total.source == payments::TotalSource::none,
                      "total_payment_msat");
        const auto* hops = fuzz::at(*body, "hops");
        const auto route = hops ? cln::decode_xpay_hops(fuzz::Nodes(*hops)) : payments::Route{};
        fuzz::require(route && start->route == *route, "its hops are decoded");
    }
    const auto same = [](const auto& a, const auto& b) { return fuzz::all_of(a) == fuzz::all_of(b); };
    fuzz::check_wrappings(*params, "pay_part_start", decode, same);
    fuzz::check_forms(fuzz::text_of(data, size), *params, decode, same);
    return 0;
}

} // namespace pay_part_start_target

// The expected part of sendpay, sendonion and injectpaymentonion, with parameters by name and by position. The first
// two bytes choose method and caller, the rest is params.
#include "cln/payer_call.hpp"
#include "facts_in_json.hpp"

namespace payer_call_target {

namespace {

constexpr base::UnixNs now{1'700'000'000'123'456'789};

/// Parameters in the order of lightningd's man pages.
struct Method {
    const char* name;
    std::vector<const char*> params;
    const char* total;
};

const std::array<Method, 4> methods{{
    {"sendpay",
     {"route", "payment_hash", "label", "amount_msat", "bolt11", "payment_secret", "partid", "localinvreqid", "groupid",
      "payment_metadata", "payment_description"},
     "amount_msat"},
    {"sendonion",
     {"onion", "first_hop", "payment_hash", "label", "shared_secrets", "partid", "bolt11", "amount_msat", "destination",
      "localinvreqid", "groupid", "description", "total_amount_msat"},
     "total_amount_msat"},
    {"injectpaymentonion",
     {"onion", "payment_hash", "amount_msat", "cltv_expiry", "partid", "groupid", "label", "invstring", "localinvreqid",
      "destination_msat"},
     nullptr},
    {"keysend", {}, nullptr},
}};

constexpr std::array<std::string_view, 5> callers{"pay", "keysend", "cln-xpay", "", "somebody else"};

fuzz::Tree by_position(const fuzz::Tree& named, const Method& method) {
    auto list = fuzz::Tree::array();
    for (const auto* name : method.params) {
        const auto* value = fuzz::at(named, name);
        list.push_back(value ? *value : fuzz::Tree());
    }
    return list;
}

void check(const payments::ExpectedPart& part, const fuzz::Tree& params, const Method& method) {
    fuzz::require(fuzz::is_hex(fuzz::at(params, "payment_hash"), part.hash.hex()), "payment_hash");
    fuzz::require(fuzz::at(params, "partid") || part.partid.value == 0, "a missing partid is 0");
    fuzz::require((fuzz::at(params, "groupid") != nullptr) == part.group.has_value(),
                  "a group is known only if it is given");
    fuzz::require(part.seen == now, "the time it was seen");
    if (part.total.source != payments::TotalSource::none)
        fuzz::require(method.total && fuzz::is_amount(fuzz::at(params, method.total), part.total.amount.value),
                      "the total is read exactly");
}

} // namespace

FUZZ_TARGET(payer_call) {
    if (size < 2)
        return 0;
    const auto& method = methods[data[0] % methods.size()];
    const std::string id =
        '"' + std::string(callers[data[1] % callers.size()]) + ':' + std::string(method.name) + "#1\"";
    cln::HookedCall call;
    call.id = id;
    call.method = method.name;
    const auto params = fuzz::json_of(data + 2, size - 2);
    if (!params)
        return 0;
    const cln::ChainHeight height{800'000};
    const auto part = cln::decode_payer_call(call, fuzz::Nodes(*params), height, now);
    fuzz::require(!part || !method.params.empty(), "other methods give no part");
    if (!params->is_object())
        return 0;
    if (part)
        check(*part, *params, method);
    if (method.params.empty())
        return 0;
    const auto again = cln::decode_payer_call(call, fuzz::Nodes(by_position(*params, method)), height, now);
    fuzz::require(part.has_value() == again.has_value() && (!part || fuzz::all_of(*part) == fuzz::all_of(*again)),
                  "named and positional parameters give the same");
    return 0;
}

} // namespace payer_call_target

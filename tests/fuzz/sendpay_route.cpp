// The route of a `sendpay`: lightningd's element i has the amount into a node, LND's hop i the amount out of it.
#include "cln/route.hpp"
#include "json_input.hpp"

namespace sendpay_route_target {

namespace {

const fuzz::Tree* either(const fuzz::Tree& object, const char* newer, const char* older) {
    const auto* value = fuzz::at(object, newer);
    return value ? value : fuzz::at(object, older);
}

void check(const payments::Route& route, const fuzz::Tree& list) {
    fuzz::require(route.self == list.empty() && route.hops.size() == list.size(), "one hop for each element");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& hop = route.hops[i];
        const auto& onward = list[std::min(i + 1, list.size() - 1)];
        fuzz::require(fuzz::is_hex(either(list[i], "node_id_out", "id"), hop.node.hex()), "the node");
        fuzz::require(fuzz::is_amount(either(onward, "amount_out_msat", "amount_msat"), hop.forward.value),
                      "a hop has the amount that goes onward");
        fuzz::require(hop.expiry == 0 || hop.expiry > 800'000, "expiries count from the chain's height");
        fuzz::require(!hop.extras || i + 1 == list.size(), "only the last hop has extras");
    }
}

} // namespace

FUZZ_TARGET(sendpay_route) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto route = cln::decode_sendpay_route(fuzz::Nodes(*params), {800'000});
    const auto blind = cln::decode_sendpay_route(fuzz::Nodes(*params), {});
    fuzz::require(route.has_value() == blind.has_value(), "the height affects expiries only");
    if (!route)
        return 0;
    check(*route, params->is_array() ? params->front() : *fuzz::at(*params, "route"));
    fuzz::require(blind->total_time_lock == 0, "without a height expiries are unknown");
    for (const auto& hop : blind->hops)
        fuzz::require(hop.expiry == 0, "without a height expiries are unknown");
    return 0;
}

} // namespace sendpay_route_target

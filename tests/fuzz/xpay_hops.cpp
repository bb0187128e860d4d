// `pay_part_start`'s hops, as xpay reports them.
#include "cln/route.hpp"
#include "json_input.hpp"

namespace xpay_hops_target {

FUZZ_TARGET(xpay_hops) {
    const auto hops = fuzz::json_of(data, size);
    if (!hops)
        return 0;
    const auto route = cln::decode_xpay_hops(fuzz::Nodes(*hops));
    if (!route)
        return 0;
    fuzz::require(hops->is_array() && route->hops.size() == hops->size() && route->self == hops->empty(),
                  "one hop for each element");
    for (std::size_t i = 0; i < hops->size(); ++i) {
        const auto& onward = (*hops)[std::min(i + 1, hops->size() - 1)];
        fuzz::require(fuzz::is_hex(fuzz::at((*hops)[i], "next_node"), route->hops[i].node.hex()), "the node");
        fuzz::require(fuzz::is_amount(fuzz::at(onward, "channel_out_msat"), route->hops[i].forward.value),
                      "a hop has the amount that goes onward");
        fuzz::require(route->hops[i].expiry == 0, "xpay reports no expiries");
    }
    return 0;
}

} // namespace xpay_hops_target

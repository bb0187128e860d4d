// `sendonion`'s first_hop.
#include "cln/route.hpp"
#include "json_input.hpp"

namespace first_hop_target {

FUZZ_TARGET(first_hop) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto first = cln::decode_first_hop(fuzz::Nodes(*params), {800'000});
    if (!first)
        return 0;
    const auto& object = params->is_array() ? (*params)[1] : *fuzz::at(*params, "first_hop");
    fuzz::require(fuzz::is_hex(fuzz::at(object, "id"), first->node.hex()), "the node");
    fuzz::require(first->channel.value == 0 || fuzz::at(object, "channel"), "a channel only if one is given");
    const auto* delay = fuzz::at(object, "delay");
    fuzz::require(first->total_time_lock == 0 || fuzz::is_amount(delay, first->total_time_lock - 800'001U),
                  "delays count from the next block");
    return 0;
}

} // namespace first_hop_target

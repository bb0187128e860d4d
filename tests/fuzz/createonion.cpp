// `createonion`'s hops, each with a payload in hex.
#include "bolt/hop_payload.hpp"
#include "cln/route.hpp"
#include "json_input.hpp"

namespace createonion_target {

FUZZ_TARGET(createonion) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto onion = cln::decode_createonion(fuzz::Nodes(*params));
    if (!onion)
        return 0;
    const auto& list = params->is_array() ? params->front() : *fuzz::at(*params, "hops");
    fuzz::require(fuzz::is_hex(params->is_array() ? &(*params)[1] : fuzz::at(*params, "assocdata"), onion->hash.hex()),
                  "the hash is the associated data");
    fuzz::require(!onion->hops.empty() && onion->hops.size() == list.size(), "one hop for each payload");
    base::ShortChannelId into;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& hop = onion->hops[i];
        const auto bytes = base::from_hex(list[i]["payload"].get<std::string>());
        const auto payload = bytes ? bolt::decode_hop_payload(*bytes) : tl::unexpected(bolt::Error{});
        fuzz::require(payload.has_value(), "a hop with an unreadable payload is refused");
        fuzz::require(fuzz::is_hex(fuzz::at(list[i], "pubkey"), hop.node.hex()), "the node");
        fuzz::require(hop.channel == into, "a hop's channel leads into the next one");
        fuzz::require(hop.forward == payload->amt_to_forward.value_or(base::Msat{}) &&
                          hop.expiry == payload->outgoing_cltv.value_or(0),
                      "amount and expiry are those of the payload");
        fuzz::require(!payload->payment_data ||
                          (hop.extras && hop.extras->mpp && hop.extras->mpp->total == payload->payment_data->total),
                      "payment data is kept");
        into = payload->scid.value_or(base::ShortChannelId{});
    }
    return 0;
}

} // namespace createonion_target

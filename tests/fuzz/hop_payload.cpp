// The payload for one node of a route: complete or an error, never a part.
#include "wire.hpp"

namespace hop_payload_target {

FUZZ_TARGET(hop_payload) {
    const std::span bytes(data, size);
    const auto payload = bolt::decode_hop_payload(bytes);
    if (!payload) {
        fuzz::check_refusal(payload.error(), size);
        return 0;
    }
    for (std::size_t n = 0; n < std::min<std::size_t>(size, 64); ++n)
        fuzz::require(!bolt::decode_hop_payload(bytes.first(size - 1 - n)), "no prefix of a payload is accepted");
    fuzz::Octets longer(bytes.begin(), bytes.end());
    longer.push_back(0);
    fuzz::require(!bolt::decode_hop_payload(longer), "a payload with a byte behind it is refused");
    if (*payload == bolt::HopPayload{})
        return 0; // only unknown types; an empty payload is refused
    const auto again = bolt::decode_hop_payload(fuzz::written(*payload));
    fuzz::require(again && *again == *payload, "written and read again, a payload is the same");
    return 0;
}

} // namespace hop_payload_target

#include "bolt/hop_payload.hpp"

#include "bolt/reader.hpp"

namespace bolt {

namespace {

constexpr std::uint64_t first_custom_type = 65536; // BOLT 1, "type-length-value format"

std::vector<std::uint8_t> copy(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

/// Reads the value of one TLV. The caller refuses bytes that are left over.
void read_value(std::uint64_t type, Reader& value, HopPayload& payload) {
    switch (type) {
    case 2:
        payload.amt_to_forward = base::Msat{value.tu64()};
        return;
    case 4:
        payload.outgoing_cltv = value.tu32();
        return;
    case 6:
        payload.scid = base::ShortChannelId{value.u64()};
        return;
    case 8: {
        const auto secret = value.array<32>();
        payload.payment_data = PaymentData{secret, {value.tu64()}};
        return;
    }
    case 10:
        payload.encrypted_recipient_data = copy(value.rest());
        return;
    case 12:
        payload.current_path_key = base::NodeId{value.array<33>()};
        return;
    case 16:
        payload.payment_metadata = copy(value.rest());
        return;
    case 18:
        payload.total_amount = base::Msat{value.tu64()};
        return;
    default:
        if (type >= first_custom_type)
            payload.custom_records.emplace(type, copy(value.rest()));
        else
            value.rest();
    }
}

} // namespace

tl::expected<HopPayload, Error> decode_hop_payload(std::span<const std::uint8_t> payload) {
    Reader framed(payload);
    const std::uint64_t length = framed.big_size();
    if (framed.ok() && length == 0)
        framed.fail("a payload of length 0 (the old form without TLVs)");
    Reader tlvs = framed.part(length);
    framed.end();
    if (const auto& error = framed.error())
        return tl::unexpected(*error);

    HopPayload decoded;
    std::optional<std::uint64_t> previous;
    while (tlvs.ok() && !tlvs.empty()) {
        const std::size_t start = tlvs.offset();
        const std::uint64_t type = tlvs.big_size();
        if (tlvs.ok() && previous && type <= *previous)
            return tl::unexpected(Error{"a TLV twice or out of order", start});
        previous = type;
        const std::uint64_t size = tlvs.big_size();
        Reader value = tlvs.part(size);
        if (!tlvs.ok())
            break;
        read_value(type, value, decoded);
        value.end();
        if (const auto& error = value.error())
            return tl::unexpected(*error);
    }
    if (const auto& error = tlvs.error())
        return tl::unexpected(*error);
    return decoded;
}

} // namespace bolt

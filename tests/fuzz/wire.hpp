// Wire bytes written by hand from BOLT 1, 4 and 7, to compare with decoded values.
#pragma once

#include "bolt/channel_update.hpp"
#include "bolt/failure_message.hpp"
#include "bolt/hop_payload.hpp"
#include "fuzz.hpp"

namespace fuzz {

using Octets = std::vector<std::uint8_t>;

inline void put(Octets& out, std::uint64_t value, int octets) {
    for (int i = octets - 1; i >= 0; --i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <class Range>
void put(Octets& out, const Range& range) {
    out.insert(out.end(), range.begin(), range.end());
}

inline void put_big_size(Octets& out, std::uint64_t value) {
    if (value < 0xfd)
        return put(out, value, 1);
    const int octets = value <= 0xffff ? 2 : value <= 0xffff'ffff ? 4 : 8;
    put(out, octets == 2 ? 0xfd : octets == 4 ? 0xfe : 0xff, 1);
    put(out, value, octets);
}

/// Without its message type.
inline Octets written(const bolt::ChannelUpdate& update) {
    Octets out;
    put(out, update.signature);
    put(out, update.chain_hash);
    put(out, update.scid.value, 8);
    put(out, update.timestamp, 4);
    put(out, update.message_flags, 1);
    put(out, update.channel_flags, 1);
    put(out, update.cltv_expiry_delta, 2);
    put(out, update.htlc_minimum.value, 8);
    put(out, update.fee_base.value, 4);
    put(out, update.fee_ppm, 4);
    if ((update.message_flags & 1) != 0)
        put(out, update.htlc_maximum.value, 8);
    put(out, update.extra);
    return out;
}

/// Up to the channel_update, which may have been unreadable.
inline Octets written_without_update(const bolt::FailureMessage& failure) {
    Octets out;
    put(out, failure.code, 2);
    if (failure.htlc_amount)
        put(out, failure.htlc_amount->value, 8);
    if (failure.height)
        put(out, *failure.height, 4);
    if (failure.cltv_expiry)
        put(out, *failure.cltv_expiry, 4);
    if (failure.disabled_flags)
        put(out, *failure.disabled_flags, 2);
    if (failure.onion_sha256)
        put(out, *failure.onion_sha256);
    return out;
}

inline void put_tlv(Octets& out, std::uint64_t type, const Octets& value) {
    put_big_size(out, type);
    put_big_size(out, value.size());
    put(out, value);
}

inline Octets truncated(std::uint64_t value) {
    Octets out;
    put(out, value, 8);
    while (!out.empty() && out.front() == 0)
        out.erase(out.begin());
    return out;
}

inline Octets written(const bolt::HopPayload& payload) {
    Octets tlvs;
    if (payload.amt_to_forward)
        put_tlv(tlvs, 2, truncated(payload.amt_to_forward->value));
    if (payload.outgoing_cltv)
        put_tlv(tlvs, 4, truncated(*payload.outgoing_cltv));
    Octets value;
    if (payload.scid) {
        put(value, payload.scid->value, 8);
        put_tlv(tlvs, 6, value);
    }
    if (payload.payment_data) {
        value.clear();
        put(value, payload.payment_data->payment_secret);
        put(value, truncated(payload.payment_data->total.value));
        put_tlv(tlvs, 8, value);
    }
    if (!payload.encrypted_recipient_data.empty())
        put_tlv(tlvs, 10, payload.encrypted_recipient_data);
    if (payload.current_path_key)
        put_tlv(tlvs, 12, {payload.current_path_key->bytes.begin(), payload.current_path_key->bytes.end()});
    if (!payload.payment_metadata.empty())
        put_tlv(tlvs, 16, payload.payment_metadata);
    if (payload.total_amount)
        put_tlv(tlvs, 18, truncated(payload.total_amount->value));
    for (const auto& [type, record] : payload.custom_records)
        put_tlv(tlvs, type, record);
    Octets out;
    put_big_size(out, tlvs.size());
    put(out, tlvs);
    return out;
}

inline bool begins_with(std::span<const std::uint8_t> bytes, const Octets& with) {
    return bytes.size() >= with.size() && std::equal(with.begin(), with.end(), bytes.begin());
}

/// An error has an offset inside the input.
inline void check_refusal(const bolt::Error& error, std::size_t size) {
    require(error.offset <= size, "an error's offset is inside the input");
    require(!error.what.empty() && error.what.size() < 80, "an error has a text");
}

} // namespace fuzz

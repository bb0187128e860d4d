// One channel_update, as bytes and as the decoded value they must give.
#pragma once

#include "bolt/channel_update.hpp"
#include "wire.hpp"

namespace wire {

inline bolt::ChannelUpdate an_update() {
    bolt::ChannelUpdate update;
    update.signature = array<decltype(update.signature)>(counting(0x11, 64));
    update.chain_hash = array<decltype(update.chain_hash)>(counting(0x81, 32));
    update.scid = {849000ULL << 40 | 17ULL << 16 | 1};
    update.timestamp = 1'784'990'000;
    update.message_flags = 1;
    update.channel_flags = 3;
    update.cltv_expiry_delta = 40;
    update.htlc_minimum = {1000};
    update.fee_base = {0xffff'ffff};
    update.fee_ppm = 10;
    update.htlc_maximum = {495'000'000};
    return update;
}

/// Without the message type; htlc_maximum only if message_flags has its bit.
inline Octets untyped(const bolt::ChannelUpdate& update) {
    return join({{update.signature.begin(), update.signature.end()},
                 {update.chain_hash.begin(), update.chain_hash.end()},
                 u64(update.scid.value),
                 u32(update.timestamp),
                 u8(update.message_flags),
                 u8(update.channel_flags),
                 u16(update.cltv_expiry_delta),
                 u64(update.htlc_minimum.value),
                 u32(update.fee_base.value),
                 u32(update.fee_ppm),
                 (update.message_flags & 1) != 0 ? u64(update.htlc_maximum.value) : Octets{},
                 update.extra});
}

inline Octets typed(const bolt::ChannelUpdate& update) {
    return join({u16(258), untyped(update)});
}

} // namespace wire

#include "bolt/channel_update.hpp"

#include "bolt/reader.hpp"

namespace bolt {

namespace {

constexpr std::uint16_t message_type = 0x0102; // 258, BOLT 7
constexpr std::uint8_t has_htlc_maximum = 1;

} // namespace

tl::expected<ChannelUpdate, Error> decode_channel_update(std::span<const std::uint8_t> message) {
    Reader reader(message);
    const bool typed = Reader(message).u16() == message_type;
    if (typed)
        reader.u16();

    ChannelUpdate decoded;
    decoded.signature = reader.array<64>();
    decoded.chain_hash = reader.array<32>();
    decoded.scid = {reader.u64()};
    decoded.timestamp = reader.u32();
    decoded.message_flags = reader.u8();
    decoded.channel_flags = reader.u8();
    decoded.cltv_expiry_delta = reader.u16();
    decoded.htlc_minimum = {reader.u64()};
    decoded.fee_base = {reader.u32()};
    decoded.fee_ppm = reader.u32();
    if ((decoded.message_flags & has_htlc_maximum) != 0)
        decoded.htlc_maximum = {reader.u64()};
    const auto extra = reader.rest();
    if (const auto& error = reader.error())
        return tl::unexpected(*error);
    decoded.extra.assign(extra.begin(), extra.end());
    return decoded;
}

} // namespace bolt

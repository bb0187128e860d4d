#include "bolt/channel_update.hpp"
#include "update.hpp"

#include <doctest/doctest.h>

namespace channel_update_test {

using bolt::decode_channel_update;
using wire::hex;
using wire::Octets;

TEST_CASE("a channel_update is read with and without its message type") {
    const auto update = wire::an_update();
    CHECK(wire::untyped(update).size() == 136);
    CHECK(decode_channel_update(wire::typed(update)) == update);
    CHECK(decode_channel_update(wire::untyped(update)) == update);
}

TEST_CASE("a channel_update without the maximum's flag has no htlc_maximum") {
    auto update = wire::an_update();
    update.message_flags = 0xfe;
    update.htlc_maximum = {};
    CHECK(wire::untyped(update).size() == 128);
    CHECK(decode_channel_update(wire::typed(update)) == update);
    CHECK(decode_channel_update(wire::untyped(update)) == update);
}

TEST_CASE("bytes after the known fields of a channel_update are kept") {
    auto update = wire::an_update();
    update.extra = hex("fdd90308000003e800000064"); // LND's inbound fees, type 55555
    CHECK(decode_channel_update(wire::typed(update)) == update);
    update.message_flags = 0;
    update.htlc_maximum = {};
    CHECK(decode_channel_update(wire::untyped(update)) == update);
}

TEST_CASE("a channel_update with the largest numbers is read exactly") {
    auto update = wire::an_update();
    update.scid = {UINT64_MAX};
    update.timestamp = UINT32_MAX;
    update.message_flags = 0xff;
    update.channel_flags = 0xff;
    update.cltv_expiry_delta = UINT16_MAX;
    update.htlc_minimum = {UINT64_MAX};
    update.fee_base = {UINT32_MAX};
    update.fee_ppm = UINT32_MAX;
    update.htlc_maximum = {UINT64_MAX};
    CHECK(decode_channel_update(wire::typed(update)) == update);
}

TEST_CASE("a channel_update cut at any byte is an error") {
    auto update = wire::an_update();
    for (const std::uint8_t flags : {std::uint8_t{1}, std::uint8_t{0}}) {
        update.message_flags = flags;
        for (const Octets& whole : {wire::typed(update), wire::untyped(update)}) {
            for (std::size_t n = 0; n < whole.size(); ++n) {
                CAPTURE(n);
                const auto decoded = decode_channel_update(wire::first(whole, n));
                REQUIRE_FALSE(decoded.has_value());
                CHECK(decoded.error().offset <= n);
            }
        }
    }
}

} // namespace channel_update_test

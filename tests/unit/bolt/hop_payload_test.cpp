#include "bolt/hop_payload.hpp"
#include "wire.hpp"

#include <utility>

#include <doctest/doctest.h>

namespace hop_payload_test {

using bolt::decode_hop_payload;
using bolt::HopPayload;
using std::string_view;
using wire::hex;
using wire::join;
using wire::Octets;
using wire::sized;
using wire::tlv;

namespace {

const Octets secret = wire::counting(0x40, 32);
const Octets path_key = join({wire::u8(2), wire::counting(0xa0, 32)});

bolt::PaymentData payment_data(std::uint64_t total) {
    return {wire::array<std::array<std::uint8_t, 32>>(secret), {total}};
}

/// Every known type, and an unknown one between each two.
struct Full {
    std::vector<Octets> tlvs{tlv(1, hex("aa")),
                             tlv(2, wire::truncated(123'456'789)),
                             tlv(3, {}),
                             tlv(4, wire::truncated(850'021)),
                             tlv(6, wire::u64(0xcf4690000110001)),
                             tlv(8, join({secret, wire::truncated(300'000'000)})),
                             tlv(10, wire::counting(0, 300)),
                             tlv(12, path_key),
                             tlv(14, hex("beef")),
                             tlv(16, hex("c0ffee")),
                             tlv(18, wire::truncated(7)),
                             tlv(65535, hex("00")),
                             tlv(65536, hex("01")),
                             tlv(65537, {}),
                             tlv(5482373484, secret),
                             tlv(UINT64_MAX, hex("ff"))};

    [[nodiscard]] Octets bytes() const {
        Octets all;
        for (const Octets& one : tlvs)
            all.insert(all.end(), one.begin(), one.end());
        return sized(all);
    }

    static HopPayload meaning() {
        HopPayload payload;
        payload.amt_to_forward = {123'456'789};
        payload.outgoing_cltv = 850'021;
        payload.scid = {0xcf4690000110001};
        payload.payment_data = payment_data(300'000'000);
        payload.encrypted_recipient_data = wire::counting(0, 300);
        payload.current_path_key = {wire::array<std::array<std::uint8_t, 33>>(path_key)};
        payload.payment_metadata = hex("c0ffee");
        payload.total_amount = {7};
        payload.custom_records = {{65536, hex("01")}, {65537, {}}, {5482373484, secret}, {UINT64_MAX, hex("ff")}};
        return payload;
    }
};

} // namespace

TEST_CASE("each TLV of a hop payload is stored in its own member") {
    HopPayload expected;
    const auto check = [&](std::uint64_t type, const Octets& value) {
        CHECK(decode_hop_payload(sized(tlv(type, value))) == std::exchange(expected, {}));
    };
    expected.amt_to_forward = {2'500'000};
    check(2, hex("2625a0"));
    expected.outgoing_cltv = 114;
    check(4, hex("72"));
    expected.scid = {103ULL << 40 | 4ULL << 16};
    check(6, hex("0000670000040000"));
    expected.payment_data = payment_data(0x0102);
    check(8, join({secret, hex("0102")}));
    expected.payment_data = payment_data(0);
    check(8, secret);
    expected.encrypted_recipient_data = hex("9c");
    check(10, hex("9c"));
    expected.current_path_key = {wire::array<std::array<std::uint8_t, 33>>(path_key)};
    check(12, path_key);
    expected.payment_metadata = hex("0102");
    check(16, hex("0102"));
    expected.total_amount = {UINT64_MAX};
    check(18, hex("ffffffffffffffff"));
    expected.custom_records = {{65536, hex("00ff")}};
    check(65536, hex("00ff"));
}

TEST_CASE("amount, height and total of zero length are 0, not absent") {
    HopPayload expected;
    expected.amt_to_forward = base::Msat{0};
    expected.outgoing_cltv = 0;
    expected.total_amount = base::Msat{0};
    CHECK(decode_hop_payload(sized(join({tlv(2, {}), tlv(4, {}), tlv(18, {})}))) == expected);
}

TEST_CASE("in a payload of all types, unknown ones below 65536 are skipped") {
    CHECK(decode_hop_payload(Full().bytes()) == Full::meaning());
}

TEST_CASE("a hop payload cut at any byte is an error") {
    const Octets whole = Full().bytes();
    for (std::size_t n = 0; n < whole.size(); ++n) {
        CAPTURE(n);
        const auto decoded = decode_hop_payload(wire::first(whole, n));
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().offset <= n);
    }
}

TEST_CASE("a TLV cut in the middle is an error although the payload's length agrees") {
    const Octets whole = join({tlv(2, hex("2625a0")), tlv(6, hex("0000670000040000")), tlv(5482373484, secret)});
    for (std::size_t n = 1; n < whole.size(); ++n) {
        CAPTURE(n);
        const bool between = n == 5 || n == 15;
        CHECK(decode_hop_payload(sized(wire::first(whole, n))).has_value() == between);
    }
}

TEST_CASE("bytes after a hop payload are an error") {
    const auto decoded = decode_hop_payload(join({Full().bytes(), hex("00")}));
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error() == bolt::Error{"more bytes than fields", Full().bytes().size()});
}

TEST_CASE("a TLV out of order or repeated is refused at its position") {
    struct Pair {
        std::uint64_t early;
        std::uint64_t late;
    };
    for (const Pair& type : {Pair{4, 2}, {2, 2}, {3, 3}, {65537, 65536}, {65536, 65536}, {65536, 1}}) {
        CAPTURE(type.early);
        const Octets early = tlv(type.early, hex("01"));
        const auto decoded = decode_hop_payload(sized(join({early, tlv(type.late, hex("01"))})));
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error() == bolt::Error{"a TLV twice or out of order", 1 + early.size()});
    }
}

TEST_CASE("a TLV whose value does not fit its type is refused") {
    struct Wrong {
        std::uint64_t type;
        Octets value;
    };
    const std::vector<Wrong> all{
        {2, hex("00")},
        {2, hex("010000000000000000")},
        {4, hex("0001")},
        {4, hex("0100000000")},
        {6, hex("00006700000400")},
        {6, hex("000067000004000000")},
        {6, {}},
        {8, wire::counting(0, 31)},
        {8, join({secret, hex("00")})},
        {8, join({secret, hex("010000000000000000")})},
        {8, {}},
        {12, wire::counting(2, 32)},
        {12, wire::counting(2, 34)},
        {18, hex("0001")},
    };
    for (const Wrong& wrong : all) {
        CAPTURE(wrong.type);
        CHECK_FALSE(decode_hop_payload(sized(tlv(wrong.type, wrong.value))).has_value());
    }
}

TEST_CASE("types and lengths not in their shortest form are refused") {
    for (const string_view text : {"fd0003020101", "05fd00020101", "0502fd000101", "04fe0000000201"}) {
        CAPTURE(text);
        CHECK_FALSE(decode_hop_payload(hex(text)).has_value());
    }
    CHECK(decode_hop_payload(hex("03020101")).has_value());
}

TEST_CASE("a length larger than any buffer is refused") {
    CHECK_FALSE(decode_hop_payload(hex("ffffffffffffffffff")).has_value());
    CHECK_FALSE(decode_hop_payload(hex("0a02ffffffffffffffffff")).has_value());
}

TEST_CASE("the legacy payload format from before TLVs is refused") {
    CHECK_FALSE(decode_hop_payload(hex("00")).has_value());
    CHECK_FALSE(decode_hop_payload(Octets(33, 0)).has_value());
}

} // namespace hop_payload_test

#include "bolt/failure_code.hpp"
#include "bolt/failure_message.hpp"
#include "update.hpp"

#include <doctest/doctest.h>

namespace failure_message_test {

using bolt::decode_failure_message;
using bolt::FailureMessage;
using wire::hex;
using wire::join;
using wire::Octets;

namespace {

FailureMessage only(std::uint16_t code) {
    FailureMessage failure;
    failure.code = code;
    return failure;
}

const Octets sha = wire::counting(0xd0, 32);

/// One field on the wire and its effect on the expected message.
struct Field {
    Octets bytes;
    void (*set)(FailureMessage&);
    bool is_update = false;
};

const Field amount{wire::u64(250'000'001), [](FailureMessage& f) { f.htlc_amount = base::Msat{250'000'001}; }};
const Field height{wire::u32(850'000), [](FailureMessage& f) { f.height = 850'000; }};
const Field expiry{wire::u32(850'021), [](FailureMessage& f) { f.cltv_expiry = 850'021; }};
const Field flags{wire::u16(2), [](FailureMessage& f) { f.disabled_flags = 2; }};
const Field onion{sha, [](FailureMessage& f) { f.onion_sha256 = wire::array<std::array<std::uint8_t, 32>>(sha); }};
const Field channel_update{join({wire::u16(138), wire::typed(wire::an_update())}),
                           [](FailureMessage& f) { f.update = wire::an_update(); }, true};

struct Case {
    std::uint16_t code;
    std::vector<Field> fields;

    [[nodiscard]] Octets bytes() const {
        Octets all = wire::u16(code);
        for (const Field& field : fields)
            all = join({all, field.bytes});
        return all;
    }
    [[nodiscard]] FailureMessage meaning() const {
        FailureMessage failure = only(code);
        for (const Field& field : fields)
            field.set(failure);
        return failure;
    }
};

/// Numbers copied from BOLT 4 "failure messages", with the codes it dropped and LND's own 8001.
const std::vector<Case> cases{
    {0x4001, {}},
    {0x8001, {}},
    {0x2002, {}},
    {0x6002, {}},
    {0x6003, {}},
    {0xc004, {onion}},
    {0xc005, {onion}},
    {0xc006, {onion}},
    {0x1007, {channel_update}},
    {0x4008, {}},
    {0x4009, {}},
    {0x400a, {}},
    {0x100b, {amount, channel_update}},
    {0x100c, {amount, channel_update}},
    {0x100d, {expiry, channel_update}},
    {0x100e, {channel_update}},
    {0x400f, {amount, height}},
    {0x4010, {}},
    {0x0011, {}},
    {0x0012, {expiry}},
    {0x0013, {amount}},
    {0x1014, {flags, channel_update}},
    {0x0015, {}},
    {0x4016, {}},
    {0x0017, {}},
    {0xc018, {onion}},
};

/// The codes whose message ends in a channel_update.
std::vector<Case> updating() {
    std::vector<Case> some;
    for (const Case& one : cases)
        if (!one.fields.empty() && one.fields.back().is_update)
            some.push_back(one);
    return some;
}

} // namespace

TEST_CASE("the failure codes have the numbers of BOLT 4") {
    CHECK(bolt::temporary_node_failure == 0x2002);
    CHECK(bolt::permanent_node_failure == 0x6002);
    CHECK(bolt::required_node_feature_missing == 0x6003);
    CHECK(bolt::invalid_onion_version == 0xc004);
    CHECK(bolt::invalid_onion_hmac == 0xc005);
    CHECK(bolt::invalid_onion_key == 0xc006);
    CHECK(bolt::temporary_channel_failure == 0x1007);
    CHECK(bolt::permanent_channel_failure == 0x4008);
    CHECK(bolt::required_channel_feature_missing == 0x4009);
    CHECK(bolt::unknown_next_peer == 0x400a);
    CHECK(bolt::amount_below_minimum == 0x100b);
    CHECK(bolt::fee_insufficient == 0x100c);
    CHECK(bolt::incorrect_cltv_expiry == 0x100d);
    CHECK(bolt::expiry_too_soon == 0x100e);
    CHECK(bolt::incorrect_or_unknown_payment_details == 0x400f);
    CHECK(bolt::final_incorrect_cltv_expiry == 0x0012);
    CHECK(bolt::final_incorrect_htlc_amount == 0x0013);
    CHECK(bolt::channel_disabled == 0x1014);
    CHECK(bolt::expiry_too_far == 0x0015);
    CHECK(bolt::invalid_onion_payload == 0x4016);
    CHECK(bolt::mpp_timeout == 0x0017);
    CHECK(bolt::invalid_onion_blinding == 0xc018);
    CHECK(bolt::invalid_realm == 0x4001);
    CHECK(bolt::incorrect_payment_amount == 0x4010);
    CHECK(bolt::final_expiry_too_soon == 0x0011);
}

TEST_CASE("each failure code has its own fields") {
    for (const Case& one : cases) {
        CAPTURE(one.code);
        CHECK(decode_failure_message(one.bytes()) == one.meaning());
    }
}

TEST_CASE("bytes after the fields of a failure are ignored, TLVs or not") {
    for (const Case& one : cases) {
        CAPTURE(one.code);
        CHECK(decode_failure_message(join({one.bytes(), wire::tlv(34001, hex("0102"))})) == one.meaning());
        CHECK(decode_failure_message(join({one.bytes(), hex("ff")})) == one.meaning());
    }
}

TEST_CASE("a failure cut in or after its update keeps its whole fields; cut in an earlier field it is an error") {
    for (const Case& one : cases) {
        CAPTURE(one.code);
        const Octets whole = one.bytes();
        for (std::size_t n = 0; n < whole.size(); ++n) {
            CAPTURE(n);
            Case came{one.code, {}};
            std::size_t end = 2;
            bool cut_through = n < 2;
            for (const Field& field : one.fields) {
                const std::size_t begin = end;
                end += field.bytes.size();
                if (n >= end)
                    came.fields.push_back(field);
                else if (n > begin && !field.is_update)
                    cut_through = true;
            }
            const auto decoded = decode_failure_message(wire::first(whole, n));
            REQUIRE(decoded.has_value() == !cut_through);
            if (decoded)
                CHECK(*decoded == came.meaning());
            else
                CHECK(decoded.error().offset <= n);
        }
    }
}

TEST_CASE("an unknown failure code is kept without its data") {
    for (const std::uint16_t code : std::initializer_list<std::uint16_t>{0x0000, 0x0001, 0x1008, 0x5007, 0xffff}) {
        CAPTURE(code);
        CHECK(decode_failure_message(wire::u16(code)) == only(code));
        CHECK(decode_failure_message(join({wire::u16(code), wire::counting(0, 50)})) == only(code));
    }
}

TEST_CASE("incorrect_or_unknown_payment_details of old nodes may lack height or both fields") {
    CHECK(decode_failure_message(hex("400f")) == only(0x400f));
    FailureMessage with_amount = only(0x400f);
    with_amount.htlc_amount = base::Msat{2000};
    CHECK(decode_failure_message(hex("400f00000000000007d0")) == with_amount);
    with_amount.height = 0;
    CHECK(decode_failure_message(hex("400f00000000000007d000000000")) == with_amount);
}

TEST_CASE("type and offset of an invalid payload are skipped, even when cut") {
    for (const char* text : {"4016", "4016fd", "401602", "40160200", "4016020010"}) {
        CAPTURE(text);
        CHECK(decode_failure_message(hex(text)) == only(0x4016));
    }
}

TEST_CASE("a channel_update without its message type is read in every failure that has one") {
    const auto update = wire::an_update();
    for (Case one : updating()) {
        CAPTURE(one.code);
        one.fields.back().bytes = join({wire::u16(136), wire::untyped(update)});
        CHECK(decode_failure_message(one.bytes()) == one.meaning());
    }
}

TEST_CASE("the extra data of a channel_update ends where its length says") {
    auto update = wire::an_update();
    update.extra = hex("fdd90308000003e800000064");
    const auto bytes = wire::typed(update);
    const auto decoded = decode_failure_message(join({hex("1007"), wire::u16(bytes.size()), bytes, hex("0102")}));
    REQUIRE(decoded.has_value());
    CHECK(decoded->update == update);
}

TEST_CASE("a missing, too long or unreadable channel_update does not spoil the rest of the failure") {
    const auto whole = wire::typed(wire::an_update());
    for (const Octets& spoilt : {
             Octets{},
             hex("0000"),
             join({hex("0000"), wire::tlv(34001, hex("00"))}),
             join({wire::u16(139), whole}),
             join({hex("ffff"), whole}),
             join({wire::u16(137), whole}), // one byte less than the length says
             join({wire::u16(1), whole}),
             join({wire::u16(2), hex("0102")}),
             join({wire::u16(135), wire::first(wire::untyped(wire::an_update()), 135)}),
         }) {
        for (Case one : updating()) {
            CAPTURE(one.code);
            one.fields.back().bytes = spoilt;
            const Octets bytes = one.bytes();
            one.fields.pop_back();
            CHECK(decode_failure_message(bytes) == one.meaning());
        }
    }
}

TEST_CASE("a failure shorter than its code is an error") {
    CHECK_FALSE(decode_failure_message(Octets{}).has_value());
    CHECK_FALSE(decode_failure_message(hex("40")).has_value());
}

} // namespace failure_message_test

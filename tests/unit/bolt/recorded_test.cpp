#include "bolt/failure_message.hpp"
#include "bolt/hop_payload.hpp"
#include "recorded.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

namespace recorded_test {

using wire::hex;

namespace {

bolt::FailureMessage failure(std::string_view text) {
    const auto decoded = bolt::decode_failure_message(hex(text));
    REQUIRE(decoded.has_value());
    return *decoded;
}

bolt::HopPayload payload(std::string_view text) {
    const auto decoded = bolt::decode_hop_payload(hex(text));
    REQUIRE(decoded.has_value());
    return *decoded;
}

base::ShortChannelId scid(std::string_view text) {
    return base::parse_short_channel_id(text).value();
}

bolt::FailureMessage only(std::uint16_t code) {
    bolt::FailureMessage failure;
    failure.code = code;
    return failure;
}

constexpr std::string_view regtest = "06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f";

} // namespace

TEST_CASE("recorded: a temporary channel failure with its channel_update") {
    const auto got = failure(recorded::temporary_channel_failure);
    CHECK(got.code == 0x1007);
    CHECK_FALSE(got.htlc_amount.has_value());
    REQUIRE(got.update.has_value());
    CHECK(base::to_hex(got.update->signature) ==
          "21607ddb79df7994aca3d48692746337b9f15edd55622ebedceced6f301276340a4c3e5"
          "6dc9a74e906a2f502affe0dd175861954d45378ad40cca6c9c5b4b5da");
    CHECK(base::to_hex(got.update->chain_hash) == regtest);
    CHECK(got.update->scid == scid("103x2x0"));
    CHECK(got.update->timestamp == 0x6b00eb70);
    CHECK(got.update->message_flags == 1);
    CHECK(got.update->channel_flags == 1);
    CHECK(got.update->cltv_expiry_delta == 6);
    CHECK(got.update->htlc_minimum == base::Msat{50'000});
    CHECK(got.update->fee_base == base::Msat{1});
    CHECK(got.update->fee_ppm == 10);
    CHECK(got.update->htlc_maximum == base::Msat{495'000'000});
    CHECK(got.update->extra.empty());
}

// Only lightningd makes this form, and no reader accepts it as an update.
TEST_CASE("recorded: an update after a length of 0 is not read as an update") {
    CHECK(failure(recorded::temporary_channel_failure_with_appended_update) == only(0x1007));
    CHECK(failure(recorded::temporary_channel_failure_bare) == only(0x1007));
}

TEST_CASE("recorded: amount_below_minimum without an update") {
    auto expected = only(0x100b);
    expected.htlc_amount = base::Msat{10'000};
    CHECK(failure(recorded::amount_below_minimum) == expected);
}

TEST_CASE("recorded: fee_insufficient") {
    const auto got = failure(recorded::fee_insufficient);
    CHECK(got.code == 0x100c);
    CHECK(got.htlc_amount == base::Msat{1'000'000});
    REQUIRE(got.update.has_value());
    CHECK(got.update->scid == scid("103x2x0"));
    CHECK(got.update->timestamp == 0x6b00eb1a);
    CHECK(got.update->htlc_minimum == base::Msat{0});
    CHECK(got.update->htlc_maximum == base::Msat{495'000'000});
}

TEST_CASE("recorded: expiry_too_soon") {
    const auto got = failure(recorded::expiry_too_soon);
    CHECK(got.code == 0x100e);
    CHECK_FALSE(got.cltv_expiry.has_value());
    REQUIRE(got.update.has_value());
    CHECK(got.update->timestamp == 0x6b00eb71);
    CHECK(got.update->cltv_expiry_delta == 6);
}

TEST_CASE("recorded: incorrect_or_unknown_payment_details") {
    auto expected = only(0x400f);
    expected.htlc_amount = base::Msat{1'000'000};
    expected.height = 108;
    CHECK(failure(recorded::unknown_details) == expected);
}

TEST_CASE("recorded: invalid_onion_hmac") {
    const auto got = failure(recorded::invalid_onion_hmac);
    CHECK(got.code == 0xc005);
    REQUIRE(got.onion_sha256.has_value());
    CHECK(base::to_hex(*got.onion_sha256) == "4d473c836edf1f4fad9ae4415edc0913a2aec38888105b8f30f43f63e6bdd630");
}

TEST_CASE("recorded: failures that consist of a code alone") {
    CHECK(failure(recorded::unknown_next_peer) == only(0x400a));
    CHECK(failure(recorded::permanent_node_failure) == only(0x6002));
    CHECK(failure(recorded::mpp_timeout) == only(0x0017));
}

TEST_CASE("recorded: the payload of a forwarding node") {
    bolt::HopPayload expected;
    expected.amt_to_forward = {2'500'000};
    expected.outgoing_cltv = 114;
    expected.scid = scid("103x4x0");
    CHECK(payload(recorded::forward) == expected);
}

TEST_CASE("recorded: the payload of a recipient with a payment secret") {
    const auto got = payload(recorded::final_with_secret);
    CHECK(got.amt_to_forward == base::Msat{2'500'000});
    CHECK(got.outgoing_cltv == 114U);
    CHECK_FALSE(got.scid.has_value());
    REQUIRE(got.payment_data.has_value());
    CHECK(base::to_hex(got.payment_data->payment_secret) ==
          "975bf05a19d898a86aad20a05caa2bda601f56afceaf9cdccf963c329447b8bc");
    CHECK(got.payment_data->total == base::Msat{2'500'000});
    CHECK(got.custom_records.empty());

    const auto by_hand = payload(recorded::final_by_hand);
    CHECK(by_hand.amt_to_forward == by_hand.payment_data.value().total);
}

TEST_CASE("recorded: the payload of a recipient of several parts") {
    const auto got = payload(recorded::final_of_parts);
    CHECK(got.amt_to_forward == base::Msat{327'310'728});
    REQUIRE(got.payment_data.has_value());
    CHECK(got.payment_data->total == base::Msat{700'000'000});
}

TEST_CASE("recorded: the payload of a keysend recipient") {
    bolt::HopPayload expected;
    expected.amt_to_forward = {1'500'000};
    expected.outgoing_cltv = 151;
    expected.custom_records = {{5482373484, hex("34bfddbe94c1dfd854dbe4851d5ed55e7c97bd23500f6002c8ed8856d02dcfdf")}};
    CHECK(payload(recorded::final_keysend) == expected);
}

TEST_CASE("recorded: the payload of a recipient at the end of a blinded path") {
    bolt::HopPayload expected;
    expected.amt_to_forward = {1'900'000};
    expected.outgoing_cltv = 109;
    expected.encrypted_recipient_data =
        hex("9cecc146a074a175be0958d79f4c72e565898911206c05ea8568ff3d7b20465008660f06c377acf5824c61af291771bc55bd");
    expected.current_path_key =
        base::NodeId::from_hex("034ad07f5bd26dc75e5d114d3f71999c1e94bc2444a970a94d6a830f164ed3ffa3");
    expected.total_amount = {1'900'000};
    CHECK(payload(recorded::final_blinded) == expected);
}

TEST_CASE("a recorded payload cut at any byte is an error") {
    for (const std::string_view text : recorded::payloads) {
        const auto whole = hex(text);
        CHECK(bolt::decode_hop_payload(whole).has_value());
        for (std::size_t n = 0; n < whole.size(); ++n)
            CHECK_FALSE(bolt::decode_hop_payload(wire::first(whole, n)).has_value());
    }
}

} // namespace recorded_test

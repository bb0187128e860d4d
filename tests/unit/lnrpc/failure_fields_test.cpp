// Which fields LND fills from the failing node's message (marshallWireError).
#include "lnrpc/to_lnrpc.hpp"

#include <doctest/doctest.h>

namespace failure_fields_test {

using payments::Failure;

namespace {

lnrpc::Failure shown(const bolt::FailureMessage& message) {
    payments::Payment payment;
    auto& part = payment.parts.emplace_back();
    part.status = payments::PartStatus::failed;
    part.failure = {Failure::Kind::wire, message.code, 2, false, base::HeapOptional(message)};
    const auto out = lnrpc::to_lnrpc(payment);
    REQUIRE(out.htlcs.at(0).failure.has_value());
    return *out.htlcs[0].failure;
}

bolt::FailureMessage message(unsigned code) {
    bolt::FailureMessage message;
    message.code = static_cast<std::uint16_t>(code);
    return message;
}

/// All fields but code, update and index, in one line.
std::string numbers(const lnrpc::Failure& failure) {
    return std::to_string(failure.htlc_msat) + " " + std::to_string(failure.onion_sha_256.size()) + " " +
           std::to_string(failure.cltv_expiry) + " " + std::to_string(failure.flags) + " " +
           std::to_string(failure.height);
}

} // namespace

TEST_CASE("the payee's incorrect_or_unknown_payment_details gives its height and not its amount") {
    auto refusal = message(0x400F);
    refusal.htlc_amount = base::Msat{50'000'000};
    refusal.height = 850'000;
    const auto failure = shown(refusal);
    CHECK(failure.code == "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS");
    CHECK(failure.failure_source_index == 2);
    CHECK(numbers(failure) == "0 0 0 0 850000");
    CHECK_FALSE(failure.channel_update.has_value());
}

TEST_CASE("amount failures of a channel, and the payee's wrong amount, give htlc_msat") {
    for (const auto& [code, name] : std::vector<std::pair<unsigned, std::string>>{
             {0x100B, "AMOUNT_BELOW_MINIMUM"}, {0x100C, "FEE_INSUFFICIENT"}, {0x0013, "FINAL_INCORRECT_HTLC_AMOUNT"}}) {
        auto refusal = message(code);
        refusal.htlc_amount = base::Msat{1'000'011};
        const auto failure = shown(refusal);
        CHECK(failure.code == name);
        CHECK(numbers(failure) == "1000011 0 0 0 0");
    }
}

TEST_CASE("cltv_expiry, flags and onion hash are given where the message has them") {
    for (const unsigned code : {0x100DU, 0x0012U}) {
        auto refusal = message(code);
        refusal.cltv_expiry = 850'021;
        CHECK(numbers(shown(refusal)) == "0 0 850021 0 0");
    }
    auto disabled = message(0x1014);
    disabled.disabled_flags = 0x0203;
    CHECK(numbers(shown(disabled)) == "0 0 0 515 0");
    for (const unsigned code : {0xC004U, 0xC005U, 0xC006U, 0xC018U}) {
        auto unread = message(code);
        unread.onion_sha256.emplace().fill(0xab);
        const auto failure = shown(unread);
        CHECK(numbers(failure) == "0 32 0 0 0");
        CHECK(failure.onion_sha_256 == lnrpc::Blob(32, 0xab));
    }
}

TEST_CASE("a message without its fields leaves them unset") {
    for (const unsigned code : {0x400FU, 0x100BU, 0x100DU, 0x1014U, 0xC005U}) {
        const auto failure = shown(message(code));
        CHECK(numbers(failure) == "0 0 0 0 0");
        CHECK_FALSE(failure.channel_update.has_value());
    }
}

TEST_CASE("a channel_update gives all its fields") {
    auto refusal = message(0x1007);
    auto& update = refusal.update.emplace();
    update.signature.fill(0x01);
    update.chain_hash.fill(0x6f);
    update.scid = {934035127796170753};
    update.timestamp = 1'784'990'000;
    update.message_flags = 1;
    update.channel_flags = 3;
    update.cltv_expiry_delta = 40;
    update.htlc_minimum = {1000};
    update.fee_base = {0xFFFFFFFF};
    update.fee_ppm = 10;
    update.htlc_maximum = {495'000'000};
    update.extra = {0xfe, 0x00};
    const auto failure = shown(refusal);
    REQUIRE(failure.channel_update.has_value());
    const auto& shown = *failure.channel_update;
    CHECK(shown.signature == lnrpc::Blob(64, 0x01));
    CHECK(shown.chain_hash == lnrpc::Blob(32, 0x6f));
    CHECK(shown.chan_id == 934035127796170753);
    CHECK(shown.timestamp == 1'784'990'000);
    CHECK(shown.message_flags == 1);
    CHECK(shown.channel_flags == 3);
    CHECK(shown.time_lock_delta == 40);
    CHECK(shown.htlc_minimum_msat == 1000);
    CHECK(shown.base_fee == 0xFFFFFFFF);
    CHECK(shown.fee_rate == 10);
    CHECK(shown.htlc_maximum_msat == 495'000'000);
    CHECK(shown.extra_opaque_data == lnrpc::Blob{0xfe, 0x00});
    CHECK(numbers(failure) == "0 0 0 0 0");
}

} // namespace failure_fields_test

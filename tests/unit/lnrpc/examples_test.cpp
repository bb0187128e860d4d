// Payments worked out by hand by LND's rules, with the whole JSON that each must give (blanks are removed first).
#include "lnrpc/json.hpp"

#include "base/hex.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace examples_test {

using lnrpc::Blob;

namespace {

Blob blob(std::string_view hex) {
    const auto bytes = base::from_hex(hex);
    REQUIRE(bytes.has_value());
    return *bytes;
}

base::PaymentHash hash(std::string_view hex) {
    return base::PaymentHash::from_hex(hex).value();
}

/// No string of the texts below contains a blank.
std::string compact(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

lnrpc::Hop hop(std::uint64_t chan_id, std::int64_t capacity, std::int64_t forward, std::int64_t fee,
               std::string_view pub_key) {
    lnrpc::Hop hop;
    hop.chan_id = chan_id;
    hop.chan_capacity = capacity;
    hop.amt_to_forward_msat = forward;
    hop.fee_msat = fee;
    hop.expiry = 850'021;
    hop.pub_key = base::NodeId::from_hex(pub_key).value();
    return hop;
}

lnrpc::Route route(std::uint32_t time_lock, std::int64_t total, lnrpc::Hop first, lnrpc::Hop last, std::uint8_t secret,
                   std::int64_t value) {
    last.mpp_record.emplace().payment_addr.fill(secret);
    last.mpp_record->total_amt_msat = value;
    lnrpc::Route route;
    route.total_time_lock = time_lock;
    route.total_fees_msat = total - last.amt_to_forward_msat;
    route.total_amt_msat = total;
    route.first_hop_amount_msat = total;
    route.hops = {std::move(first), std::move(last)};
    return route;
}

const std::string alice = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
const std::string bob = "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
const std::string carol = "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13";

} // namespace

TEST_CASE("two hops, one attempt, SUCCEEDED") {
    lnrpc::Payment payment;
    payment.payment_hash = hash("02d449a31fbb267c8f352e9968a79e3e5fc95c1bbeaa502fd6454ebde5a4bedc");
    payment.payment_preimage.bytes.fill(0x11);
    payment.value_msat = 123'456'789;
    payment.payment_request = "lnbc1234567890p1example";
    payment.status = lnrpc::PaymentStatus::succeeded;
    payment.fee_msat = 2234;
    payment.creation_time_ns = 1'785'000'000'123'456'789;
    payment.payment_index = 1;
    auto& attempt = payment.htlcs.emplace_back();
    attempt.attempt_id = 1;
    attempt.status = lnrpc::HtlcStatus::succeeded;
    attempt.route = route(850'061, 123'459'023, hop(933485371982610432, 123'459, 123'456'789, 2234, alice),
                          hop(934035127796170753, 123'456, 123'456'789, 0, bob), 0x42, 123'456'789);
    attempt.attempt_time_ns = 1'785'000'000'143'456'789;
    attempt.resolve_time_ns = 1'785'000'001'073'456'789;
    attempt.preimage = payment.payment_preimage;
    CHECK(lnrpc::to_json(payment) == compact(R"({
  "payment_hash": "02d449a31fbb267c8f352e9968a79e3e5fc95c1bbeaa502fd6454ebde5a4bedc",
  "value": "123456", "creation_date": "1785000000", "fee": "2",
  "payment_preimage": "1111111111111111111111111111111111111111111111111111111111111111",
  "value_sat": "123456", "value_msat": "123456789", "payment_request": "lnbc1234567890p1example",
  "status": "SUCCEEDED", "fee_sat": "2", "fee_msat": "2234", "creation_time_ns": "1785000000123456789",
  "htlcs": [
    {"attempt_id": "1", "status": "SUCCEEDED",
     "route": {"total_time_lock": 850061, "total_fees": "2", "total_amt": "123459", "hops": [
       {"chan_id": "933485371982610432", "chan_capacity": "123459", "amt_to_forward": "123456", "fee": "2", "expiry": 850021,
        "amt_to_forward_msat": "123456789", "fee_msat": "2234", "pub_key": "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
        "tlv_payload": true, "mpp_record": null, "amp_record": null,
        "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "", "total_amt_msat": "0"},
       {"chan_id": "934035127796170753", "chan_capacity": "123456", "amt_to_forward": "123456", "fee": "0", "expiry": 850021,
        "amt_to_forward_msat": "123456789", "fee_msat": "0", "pub_key": "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "tlv_payload": true, "mpp_record": {"payment_addr": "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=", "total_amt_msat": "123456789"}, "amp_record": null,
        "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "", "total_amt_msat": "0"}],
       "total_fees_msat": "2234", "total_amt_msat": "123459023", "first_hop_amount_msat": "123459023", "custom_channel_data": ""},
     "attempt_time_ns": "1785000000143456789", "resolve_time_ns": "1785000001073456789", "failure": null,
     "preimage": "ERERERERERERERERERERERERERERERERERERERERERE="}],
  "payment_index": "1", "failure_reason": "FAILURE_REASON_NONE", "first_hop_custom_records": {}})"));
}

TEST_CASE("a failure on the way with its channel_update") {
    lnrpc::Payment payment;
    payment.payment_hash = hash("9f72ea0cf49536e3c66c787f705186df9a4378083753ae9536d65b3ad7fcddc4");
    payment.value_msat = 300'000'000;
    payment.payment_request = "lnbc3m1example";
    payment.creation_time_ns = 1'785'000'100'000'000'000;
    payment.payment_index = 2;
    auto& attempt = payment.htlcs.emplace_back();
    attempt.attempt_id = 2;
    attempt.status = lnrpc::HtlcStatus::failed;
    attempt.route = route(850'061, 300'004'000, hop(933485371982610432, 300'004, 300'000'000, 4000, alice),
                          hop(934035127796170753, 300'000, 300'000'000, 0, bob), 0x43, 300'000'000);
    attempt.attempt_time_ns = 1'785'000'100'015'000'000;
    attempt.resolve_time_ns = 1'785'000'100'800'000'000;
    auto& failure = attempt.failure.emplace();
    failure.code = "TEMPORARY_CHANNEL_FAILURE";
    failure.failure_source_index = 1;
    auto& update = failure.channel_update.emplace();
    update.signature = Blob(64, 0x01);
    update.chain_hash = blob("6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000");
    update.chan_id = 934035127796170753;
    update.timestamp = 1'784'990'000;
    update.message_flags = 1;
    update.time_lock_delta = 40;
    update.htlc_minimum_msat = 1000;
    update.base_fee = 1000;
    update.fee_rate = 10;
    update.htlc_maximum_msat = 495'000'000;
    CHECK(lnrpc::to_json(payment) == compact(R"({
  "payment_hash": "9f72ea0cf49536e3c66c787f705186df9a4378083753ae9536d65b3ad7fcddc4",
  "value": "300000", "creation_date": "1785000100", "fee": "0",
  "payment_preimage": "0000000000000000000000000000000000000000000000000000000000000000",
  "value_sat": "300000", "value_msat": "300000000", "payment_request": "lnbc3m1example",
  "status": "IN_FLIGHT", "fee_sat": "0", "fee_msat": "0", "creation_time_ns": "1785000100000000000",
  "htlcs": [
    {"attempt_id": "2", "status": "FAILED",
     "route": {"total_time_lock": 850061, "total_fees": "4", "total_amt": "300004", "hops": [
       {"chan_id": "933485371982610432", "chan_capacity": "300004", "amt_to_forward": "300000", "fee": "4", "expiry": 850021,
        "amt_to_forward_msat": "300000000", "fee_msat": "4000", "pub_key": "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
        "tlv_payload": true, "mpp_record": null, "amp_record": null,
        "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "", "total_amt_msat": "0"},
       {"chan_id": "934035127796170753", "chan_capacity": "300000", "amt_to_forward": "300000", "fee": "0", "expiry": 850021,
        "amt_to_forward_msat": "300000000", "fee_msat": "0", "pub_key": "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "tlv_payload": true, "mpp_record": {"payment_addr": "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M=", "total_amt_msat": "300000000"}, "amp_record": null,
        "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "", "total_amt_msat": "0"}],
       "total_fees_msat": "4000", "total_amt_msat": "300004000", "first_hop_amount_msat": "300004000", "custom_channel_data": ""},
     "attempt_time_ns": "1785000100015000000", "resolve_time_ns": "1785000100800000000",
     "failure": {"code": "TEMPORARY_CHANNEL_FAILURE", "channel_update": {
        "signature": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==",
        "chain_hash": "b+KMCrbxs3LBpqJGrmP3T5Meg2XhWgicaNYZAAAAAAA=", "chan_id": "934035127796170753",
        "timestamp": 1784990000, "message_flags": 1, "channel_flags": 0, "time_lock_delta": 40, "htlc_minimum_msat": "1000",
        "base_fee": 1000, "fee_rate": 10, "htlc_maximum_msat": "495000000", "extra_opaque_data": ""},
        "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0, "flags": 0, "failure_source_index": 1, "height": 0},
     "preimage": ""}],
  "payment_index": "2", "failure_reason": "FAILURE_REASON_NONE", "first_hop_custom_records": {}})"));
}

TEST_CASE("the recipient rejects the payment: FAILED") {
    lnrpc::Payment payment;
    payment.payment_hash = hash("deb0e38ced1e41de6f92e70e80c418d2d356afaaa99e26f5939dbc7d3ef4772a");
    payment.value_msat = 50'000'000;
    payment.payment_request = "lnbc500u1example";
    payment.status = lnrpc::PaymentStatus::failed;
    payment.creation_time_ns = 1'785'000'200'000'000'000;
    payment.payment_index = 3;
    payment.failure_reason = lnrpc::PaymentFailureReason::incorrect_payment_details;
    auto& attempt = payment.htlcs.emplace_back();
    attempt.attempt_id = 5;
    attempt.status = lnrpc::HtlcStatus::failed;
    attempt.route = route(850'101, 50'005'000, hop(932521100287868928, 50'005, 50'000'000, 5000, carol),
                          hop(934339692516802560, 50'000, 50'000'000, 0, bob), 0x44, 50'000'000);
    attempt.attempt_time_ns = 1'785'000'200'012'000'000;
    attempt.resolve_time_ns = 1'785'000'200'640'000'000;
    auto& failure = attempt.failure.emplace();
    failure.code = "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS";
    failure.failure_source_index = 2;
    failure.height = 850'000;
    CHECK(lnrpc::to_json(payment) == compact(R"({
  "payment_hash": "deb0e38ced1e41de6f92e70e80c418d2d356afaaa99e26f5939dbc7d3ef4772a",
  "value": "50000", "creation_date": "1785000200", "fee": "0",
  "payment_preimage": "0000000000000000000000000000000000000000000000000000000000000000",
  "value_sat": "50000", "value_msat": "50000000", "payment_request": "lnbc500u1example",
  "status": "FAILED", "fee_sat": "0", "fee_msat": "0", "creation_time_ns": "1785000200000000000",
  "htlcs": [
    {"attempt_id": "5", "status": "FAILED",
     "route": {"total_time_lock": 850101, "total_fees": "5", "total_amt": "50005", "hops": [
       {"chan_id": "932521100287868928", "chan_capacity": "50005", "amt_to_forward": "50000", "fee": "5", "expiry": 850021,
        "amt_to_forward_msat": "50000000", "fee_msat": "5000", "pub_key": "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13",
        "tlv_payload": true, "mpp_record": null, "amp_record": null,
        "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "", "total_amt_msat": "0"},
       {"chan_id": "934339692516802560", "chan_capacity": "50000", "amt_to_forward": "50000", "fee": "0", "expiry": 850021,
        "amt_to_forward_msat": "50000000", "fee_msat": "0", "pub_key": "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "tlv_payload": true, "mpp_record": {"payment_addr": "REREREREREREREREREREREREREREREREREREREREREQ=", "total_amt_msat": "50000000"}, "amp_record": null,
        "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "", "total_amt_msat": "0"}],
       "total_fees_msat": "5000", "total_amt_msat": "50005000", "first_hop_amount_msat": "50005000", "custom_channel_data": ""},
     "attempt_time_ns": "1785000200012000000", "resolve_time_ns": "1785000200640000000",
     "failure": {"code": "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", "channel_update": null,
        "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0, "flags": 0, "failure_source_index": 2, "height": 850000},
     "preimage": ""}],
  "payment_index": "3", "failure_reason": "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", "first_hop_custom_records": {}})"));
}

} // namespace examples_test

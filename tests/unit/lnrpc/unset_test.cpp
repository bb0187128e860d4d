// Unset fields have the form that protojson gives them.
#include "lnrpc/json.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

namespace unset_test {

namespace {

const std::string zeros(64, '0');

/// The members' names in the order of the text.
std::vector<std::string> keys(const nlohmann::ordered_json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items())
        names.push_back(name);
    return names;
}

} // namespace

TEST_CASE("an empty payment has every key in declaration order, in its unset form") {
    CHECK(
        lnrpc::to_json({}) ==
        R"({"payment_hash":")" + zeros + R"(","value":"0","creation_date":"0","fee":"0","payment_preimage":")" + zeros +
            R"(","value_sat":"0","value_msat":"0","payment_request":"","status":"IN_FLIGHT","fee_sat":"0","fee_msat":"0",)"
            R"("creation_time_ns":"0","htlcs":[],"payment_index":"0","failure_reason":"FAILURE_REASON_NONE",)"
            R"("first_hop_custom_records":{}})");
}

TEST_CASE("an attempt in flight has a route, no failure and no preimage") {
    lnrpc::Payment payment;
    payment.htlcs.emplace_back();
    const auto text = lnrpc::to_json(payment);
    CHECK(
        text.find(
            R"("htlcs":[{"attempt_id":"0","status":"IN_FLIGHT","route":{"total_time_lock":0,"total_fees":"0",)"
            R"("total_amt":"0","hops":[],"total_fees_msat":"0","total_amt_msat":"0","first_hop_amount_msat":"0",)"
            R"("custom_channel_data":""},"attempt_time_ns":"0","resolve_time_ns":"0","failure":null,"preimage":""}])") !=
        std::string::npos);
}

TEST_CASE("a failure without details has every key") {
    lnrpc::Payment payment;
    payment.htlcs.emplace_back().failure.emplace().code = "UNREADABLE_FAILURE";
    CHECK(lnrpc::to_json(payment).find(
              R"("failure":{"code":"UNREADABLE_FAILURE","channel_update":null,"htlc_msat":"0","onion_sha_256":"",)"
              R"("cltv_expiry":0,"flags":0,"failure_source_index":0,"height":0})") != std::string::npos);
}

TEST_CASE("a hop and a channel update without details have every key") {
    lnrpc::Payment payment;
    auto& attempt = payment.htlcs.emplace_back();
    attempt.route.hops.emplace_back();
    attempt.failure.emplace().channel_update.emplace();
    const auto text = lnrpc::to_json(payment);
    CHECK(
        text.find(
            R"("hops":[{"chan_id":"0","chan_capacity":"0","amt_to_forward":"0","fee":"0","expiry":0,)"
            R"("amt_to_forward_msat":"0","fee_msat":"0","pub_key":"000000000000000000000000000000000000000000000000000000000000000000","tlv_payload":true,"mpp_record":null,)"
            R"("amp_record":null,"custom_records":{},"metadata":"","blinding_point":"","encrypted_data":"",)"
            R"("total_amt_msat":"0"}])") != std::string::npos);
    CHECK(text.find(R"("channel_update":{"signature":"","chain_hash":"","chan_id":"0","timestamp":0,"message_flags":0,)"
                    R"("channel_flags":0,"time_lock_delta":0,"htlc_minimum_msat":"0","base_fee":0,"fee_rate":0,)"
                    R"("htlc_maximum_msat":"0","extra_opaque_data":""})") != std::string::npos);
}

TEST_CASE("custom records have decimal keys in the order of the numbers") {
    lnrpc::Payment payment;
    auto& hop = payment.htlcs.emplace_back().route.hops.emplace_back();
    hop.custom_records = {{5482373484, {0xff}}, {65536, {}}, {100'000, {0x00, 0x01}}};
    CHECK(lnrpc::to_json(payment).find(R"("custom_records":{"65536":"","100000":"AAE=","5482373484":"/w=="})") !=
          std::string::npos);
}

TEST_CASE("every enum is written by its name") {
    using Reason = lnrpc::PaymentFailureReason;
    lnrpc::Payment payment;
    payment.htlcs.emplace_back();
    const auto written = [&] { return nlohmann::ordered_json::parse(lnrpc::to_json(payment)); };
    const std::vector<std::pair<Reason, std::string>> reasons{
        {Reason::none, "FAILURE_REASON_NONE"},
        {Reason::timeout, "FAILURE_REASON_TIMEOUT"},
        {Reason::no_route, "FAILURE_REASON_NO_ROUTE"},
        {Reason::error, "FAILURE_REASON_ERROR"},
        {Reason::incorrect_payment_details, "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS"},
        {Reason::insufficient_balance, "FAILURE_REASON_INSUFFICIENT_BALANCE"},
    };
    for (const auto& [reason, name] : reasons) {
        payment.failure_reason = reason;
        CHECK(written()["failure_reason"] == name);
    }
    payment.status = lnrpc::PaymentStatus::succeeded;
    payment.htlcs[0].status = lnrpc::HtlcStatus::succeeded;
    CHECK(written()["status"] == "SUCCEEDED");
    CHECK(written()["htlcs"][0]["status"] == "SUCCEEDED");
    payment.status = lnrpc::PaymentStatus::failed;
    payment.htlcs[0].status = lnrpc::HtlcStatus::failed;
    CHECK(written()["status"] == "FAILED");
    CHECK(written()["htlcs"][0]["status"] == "FAILED");
}

TEST_CASE("satoshi fields are floors of their own millisatoshi") {
    lnrpc::Payment payment;
    payment.value_msat = 1999;
    payment.fee_msat = 999;
    payment.creation_time_ns = 1'999'999'999;
    auto& route = payment.htlcs.emplace_back().route;
    route.total_fees_msat = 2999;
    route.total_amt_msat = 4998;
    auto& hop = route.hops.emplace_back();
    hop.amt_to_forward_msat = 5999;
    hop.fee_msat = 6000;
    const auto written = nlohmann::ordered_json::parse(lnrpc::to_json(payment));
    CHECK(written["value"] == "1");
    CHECK(written["value_sat"] == "1");
    CHECK(written["fee"] == "0");
    CHECK(written["fee_sat"] == "0");
    CHECK(written["creation_date"] == "1");
    CHECK(written["htlcs"][0]["route"]["total_fees"] == "2");
    CHECK(written["htlcs"][0]["route"]["total_amt"] == "4");
    CHECK(written["htlcs"][0]["route"]["hops"][0]["amt_to_forward"] == "5");
    CHECK(written["htlcs"][0]["route"]["hops"][0]["fee"] == "6");
    CHECK(keys(written).size() == 16);
}

TEST_CASE("the largest numbers keep every digit") {
    lnrpc::Payment payment;
    payment.value_msat = INT64_MAX;
    payment.payment_index = UINT64_MAX;
    payment.htlcs.emplace_back().attempt_id = UINT64_MAX;
    const auto written = nlohmann::ordered_json::parse(lnrpc::to_json(payment));
    CHECK(written["value_msat"] == "9223372036854775807");
    CHECK(written["payment_index"] == "18446744073709551615");
    CHECK(written["htlcs"][0]["attempt_id"] == "18446744073709551615");
}

TEST_CASE("an invoice with quotes and control characters leaves the JSON valid") {
    lnrpc::Payment payment;
    payment.payment_request = "lnbc\"},{\\ \n\xff";
    const auto written = nlohmann::ordered_json::parse(lnrpc::to_json(payment));
    CHECK(written["payment_request"] == "lnbc\"},{\\ \n\xef\xbf\xbd");
    CHECK(keys(written).size() == 16);
}

} // namespace unset_test

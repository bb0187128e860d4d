// The recipient rejects and the payment fails: sent with sendpay, and with the plugin pay.
#include "messages.hpp"
#include "stream.hpp"

namespace rejected_test {

using examples::difference;
using examples::Json;

namespace {

const std::string hash = "deb0e38ced1e41de6f92e70e80c418d2d356afaaa99e26f5939dbc7d3ef4772a";
const std::string invoice = "lnbc500u1example";
const std::string secret(64, '4');
const messages::Row row{hash, invoice, 5, 0, 50'000'000, 50'005'000, 1'785'000'200};
constexpr std::int64_t made = 1'785'000'200'012'000'000;
constexpr std::int64_t rejected = 1'785'000'200'640'000'000;
const std::string message = "failed: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS (reply from remote)";
/// The code, 50 000 000 msat, height 850 000.
const std::string raw = R"(,"raw_message":"400f0000000002faf080000cf850")";

Json last() {
    auto payment = examples::last_of("rejected");
    // LND numbers payments and attempts separately; here a payment has its first part's number.
    payment["payment_index"] = "5";
    return payment;
}

Json attempt_failed() {
    auto payment = last();
    payment["status"] = "IN_FLIGHT";
    payment["failure_reason"] = "FAILURE_REASON_NONE";
    return payment;
}

Json attempt_made() {
    auto payment = attempt_failed();
    examples::in_flight(payment["htlcs"][0]);
    return payment;
}

/// LND knows the reason before it stores the attempt's end, and sends it with the attempt in flight. Here the attempt
/// has failed before it is known that no other follows.
void check(const std::vector<Json>& snapshots) {
    REQUIRE(snapshots.size() == 3);
    CHECK(difference(attempt_made(), snapshots[0]) == "");
    CHECK(difference(attempt_failed(), snapshots[1]) == "");
    CHECK(difference(last(), snapshots[2]) == "");
}

} // namespace

TEST_CASE("example 3: the recipient rejects a sendpay, and nothing follows: FAILED") {
    examples::Stream stream(messages::blocks);
    stream.called(
        messages::sendpay(hash,
                          {{messages::carol, messages::to_carol, 50'005'000, 100},
                           {messages::bob, messages::carol_to_bob, 50'000'000, 20}},
                          R"("amount_msat":50000000,"bolt11":")" + invoice + R"(","payment_secret":")" + secret + "\""),
        made);
    stream.listed(messages::pending(row));
    stream.sendpay_failure(messages::sendpay_failure(203, message, row,
                                                     R"(,"erring_index":2,"failcode":16399,"failcodename":)"
                                                     R"("WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS","erring_node":")" +
                                                         messages::bob + R"(","erring_channel":")" +
                                                         messages::carol_to_bob + R"(","erring_direction":0)" + raw),
                           rejected);
    stream.silence_expired(hash, 1);
    check(stream.snapshots);
}

TEST_CASE("example 3: the recipient rejects a part of the plugin pay, and pay gives up: FAILED") {
    examples::Stream stream(messages::blocks);
    const std::string id = "cli:pay#168/cln:pay#294/pay:";
    // 0x02faf080 = 50 000 000 msat, 0x0cf865 = height 850 021, 0x0cf7710000030000 = 849777x3x0
    stream.called(messages::hook(id + "createonion#9", "createonion",
                                 R"({"hops":[{"pubkey":")" + messages::carol +
                                     R"(","payload":"15020402faf08004030cf86506080cf7710000030000"},{"pubkey":")" +
                                     messages::bob + R"(","payload":"31020402faf08004030cf8650824)" + secret +
                                     R"(02faf080"}],"assocdata":")" + hash + "\"}"),
                  made - 2);
    stream.called(messages::hook(id + "sendonion#10", "sendonion",
                                 R"({"onion":"0002","first_hop":{"amount_msat":50005000,"delay":100,"id":")" +
                                     messages::carol + R"(","channel":")" + messages::to_carol +
                                     R"("},"payment_hash":")" + hash +
                                     R"(","amount_msat":50000000,"partid":0,"groupid":1,"bolt11":")" + invoice + "\"}"),
                  made);
    stream.listed(messages::pending(row));
    // For a sendonion lightningd does not know the nodes: neither erring_node nor code 203.
    stream.sendpay_failure(messages::sendpay_failure(204, message, row, R"(,"erring_index":2,"failcode":16399)" + raw),
                           rejected);
    stream.pay_failure(R"({"origin":"pay","payload":{"payment_hash":")" + hash +
                       R"("},"pay_failure":{"payment_hash":")" + hash + R"(","bolt11":")" + invoice +
                       R"(","error":{"message":")" + message + "\"}}}");
    check(stream.snapshots);
}

} // namespace rejected_test

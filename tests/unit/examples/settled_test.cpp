// Two hops, one attempt, success: paid by sendpay, and by xpay, which reports less.
#include "messages.hpp"
#include "stream.hpp"

namespace settled_test {

using examples::difference;
using examples::Json;

namespace {

const std::string hash = "02d449a31fbb267c8f352e9968a79e3e5fc95c1bbeaa502fd6454ebde5a4bedc";
const std::string invoice = "lnbc1234567890p1example";
const std::string secret = "4242424242424242424242424242424242424242424242424242424242424242";
const std::string preimage(64, '1');
constexpr std::int64_t made = 1'785'000'000'143'456'789;
constexpr std::int64_t settled = 1'785'000'001'073'456'789;

messages::Row row(std::uint64_t partid) {
    return {hash, invoice, 1, partid, 123'456'789, 123'459'023, 1'785'000'000};
}

std::string success(std::uint64_t partid) {
    return messages::sendpay_success(
        messages::members(row(partid), "complete", messages::complete(1, 1'785'000'001, preimage)));
}

Json last() {
    auto payment = examples::last_of("settled");
    // lightningd stores the second a part was made, and not when its payer began.
    payment["creation_time_ns"] = "1785000000000000000";
    return payment;
}

Json before() {
    auto payment = last();
    examples::nothing_settled(payment);
    examples::in_flight(payment["htlcs"][0]);
    return payment;
}

} // namespace

TEST_CASE("example 1: two hops, one attempt: SUCCEEDED") {
    examples::Stream stream(messages::blocks);
    stream.called(messages::sendpay(hash,
                                    {{messages::alice, messages::to_alice, 123'459'023, 60},
                                     {messages::bob, messages::alice_to_bob, 123'456'789, 20}},
                                    R"("amount_msat":123456789,"bolt11":")" + invoice + R"(","payment_secret":")" +
                                        secret + "\""),
                  made);
    CHECK(stream.snapshots.empty()); // LND's first message, without attempts, has no counterpart: there is no row yet
    stream.listed(messages::pending(row(0)));
    REQUIRE(stream.snapshots.size() == 1);
    CHECK(difference(before(), stream.snapshots[0]) == "");
    stream.sendpay_success(success(0), settled);
    REQUIRE(stream.snapshots.size() == 2);
    CHECK(difference(last(), stream.snapshots[1]) == "");
}

TEST_CASE("example 1 listed after its end: without the route and the nanoseconds, which rows do not have") {
    examples::Stream stream(messages::blocks);
    stream.listed(
        messages::listing(messages::members(row(0), "complete", messages::complete(1, 1'785'000'001, preimage))));
    REQUIRE(stream.snapshots.size() == 1);
    auto expected = last();
    auto& attempt = expected["htlcs"][0];
    attempt["route"]["hops"] = Json::array();
    attempt["route"]["total_time_lock"] = 0;
    attempt["attempt_time_ns"] = "1785000000000000000";
    attempt["resolve_time_ns"] = "1785000001000000000";
    CHECK(difference(expected, stream.snapshots[0]) == "");
}

TEST_CASE("example 1 by xpay: the same but for the hops' expiries, which xpay does not report") {
    examples::Stream stream(messages::blocks);
    stream.pay_part_start(R"({"pay_part_start":{"payment_hash":")" + hash +
                              R"(","groupid":1,"partid":1,"total_payment_msat":123456789,"attempt_msat":123456789,
        "hops":[{"next_node":")" +
                              messages::alice + R"(","short_channel_id":")" + messages::to_alice +
                              R"(","direction":0,"channel_in_msat":123459023,"channel_out_msat":123459023},
                {"next_node":")" +
                              messages::bob + R"(","short_channel_id":")" + messages::alice_to_bob +
                              R"(","direction":0,"channel_in_msat":123459023,"channel_out_msat":123456789}]}})",
                          made);
    stream.called(messages::hook("cli:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8", "injectpaymentonion",
                                 R"({"onion":"0002","payment_hash":")" + hash +
                                     R"(","amount_msat":123459023,"cltv_expiry":850061,"partid":1,"groupid":1,
                                 "invstring":")" +
                                     invoice + R"(","destination_msat":123456789})"),
                  made + 1);
    stream.listed(messages::pending(row(1)));
    stream.sendpay_success(success(1), settled);
    REQUIRE(stream.snapshots.size() == 2);
    auto expected = last();
    auto& hops = expected["htlcs"][0]["route"]["hops"];
    hops[0]["expiry"] = 0;
    hops[1]["expiry"] = 0;
    auto without_secret = expected;
    without_secret["htlcs"][0]["route"]["hops"][1]["mpp_record"] = nullptr;
    CHECK(difference(without_secret, stream.snapshots[1]) == "");

    // The invoice was decoded last: its payment secret still has to be published.
    stream.invoice_decoded(invoice,
                           R"({"type":"bolt11 invoice","currency":"bc","amount_msat":123456789,"payment_hash":")" +
                               hash + R"(","payment_secret":")" + secret + R"(","valid":true})");
    REQUIRE(stream.snapshots.size() == 3);
    CHECK(difference(expected, stream.snapshots[2]) == "");
}

} // namespace settled_test

// pay_part_end of xpay, the hops of pay_part_start, and block_added.
#include "cln/notifications.hpp"

#include "hops.hpp"
#include "recorded.hpp"

namespace part_topics_test {

using cln::decode_block_added;
using cln::decode_pay_part_end;
using cln::decode_pay_part_start;

namespace {

const std::string hash = "9edbd91343b6cfe05783d0f457cd89999e8dd2070bfd7ba7562f8b84bbe7294b";
const std::string part = R"("payment_hash":")" + hash + R"(","groupid":4876265510727400187,"partid":2)";

std::string failure(const std::string& members) {
    return R"({"pay_part_end":{"status":"failure",)" + part + R"(,"duration":0.126860911)" + members + "}}";
}

payments::PartReport report(const std::string& members) {
    const auto ended = decode_pay_part_end(received::value(failure(members)));
    REQUIRE_MESSAGE(ended.has_value(), ended.error().text());
    REQUIRE(ended->report.has_value());
    return *ended->report;
}

std::string refusal(const std::string& params) {
    const auto ended = decode_pay_part_end(received::value(params));
    REQUIRE_FALSE(ended.has_value());
    return ended.error().text();
}

} // namespace

TEST_CASE("pay_part_end gives the part, the failing node and its message") {
    // xpay_payee_rejects.jsonl
    const auto ended = decode_pay_part_end(
        received::value(failure(R"(,"failed_msg":"400f00000000003d09000000006c","failed_node_id":")" + hops::bob +
                                R"(","error_code":16399,"error_message":"incorrect_or_unknown_payment_details")")));
    REQUIRE(ended.has_value());
    CHECK(ended->key.hash.hex() == hash);
    CHECK(ended->key.group.value == 4876265510727400187ULL);
    CHECK(ended->partid.value == 2);
    REQUIRE(ended->report.has_value());
    CHECK(ended->report->code == 0x400f);
    REQUIRE(ended->report->node.has_value());
    CHECK(ended->report->node->hex() == hops::bob);
    REQUIRE(bool(ended->report->message));
    CHECK(ended->report->message->htlc_amount == base::Msat{4'000'000});
    CHECK(ended->report->message->height == 108);
}

TEST_CASE("pay_part_end of a success reports no failure") {
    // xpay_retry_succeeds.jsonl
    const auto ended = decode_pay_part_end(
        received::value(R"({"pay_part_end":{"status":"success","duration":0.096630109,)" + part + "}}"));
    REQUIRE(ended.has_value());
    CHECK(ended->partid.value == 2);
    CHECK_FALSE(ended->report.has_value());
}

TEST_CASE("pay_part_end without a node means a local failure") {
    const auto reported = report(R"(,"error_code":4103,"error_message":"temporary_channel_failure")");
    CHECK(reported.code == 0x1007);
    CHECK_FALSE(reported.node.has_value());
    CHECK_FALSE(bool(reported.message));
}

TEST_CASE("pay_part_end without a code means that xpay could not read the error either") {
    const auto reported = report(R"(,"failed_msg":"400f","error_message":"garbled")");
    CHECK_FALSE(reported.code.has_value());
    CHECK_FALSE(bool(reported.message));
}

TEST_CASE("pay_part_end with an unreadable message, or one of another code, keeps the code") {
    for (const std::string message : {"null", "5", R"("zz")", R"("")", R"("400a")", R"("100")"}) {
        INFO(message);
        const auto reported = report(R"(,"error_code":4103,"failed_msg":)" + message);
        CHECK(reported.code == 0x1007);
        CHECK_FALSE(bool(reported.message));
    }
    // xpay_retry_succeeds.jsonl
    const auto bare =
        report(R"(,"error_code":4103,"failed_msg":")" + std::string(recorded::temporary_channel_failure_bare) + "\"");
    REQUIRE(bool(bare.message));
    CHECK_FALSE(bare.message->update.has_value());
}

TEST_CASE("pay_part_end is read in every version's wrapping") {
    const auto body = R"({"status":"success",)" + part + "}";
    for (const auto& params : {R"({"pay_part_end":)" + body + "}", R"({"origin":"cln-xpay","payload":)" + body + "}",
                               R"({"origin":"cln-xpay","payload":{"pay_part_end":)" + body + "}}"}) {
        const auto ended = decode_pay_part_end(received::value(params));
        REQUIRE_MESSAGE(ended.has_value(), params);
        CHECK(ended->key.hash.hex() == hash);
    }
}

TEST_CASE("an invalid pay_part_end is refused with the path of the fault") {
    CHECK(refusal("[]") == "params: not an object");
    CHECK(refusal("{}") == "params.pay_part_end: missing");
    CHECK(refusal(R"({"pay_part_end":{}})") == "params.pay_part_end.payment_hash: missing");
    CHECK(refusal(R"({"pay_part_end":{)" + part + "}}") == "params.pay_part_end.status: missing");
    CHECK(refusal(R"({"pay_part_end":{)" + part + R"(,"status":"lost"}})") ==
          "params.pay_part_end.status: an unknown status");
    CHECK(
        refusal(R"({"pay_part_end":{"payment_hash":")" + hash + R"(","groupid":1,"partid":-1,"status":"success"}})") ==
        "params.pay_part_end.partid: not an unsigned integer");
    CHECK(refusal(R"({"pay_part_end":{"payment_hash":")" + hash + R"(","partid":1,"status":"success"}})") ==
          "params.pay_part_end.groupid: missing");
    CHECK(refusal(failure(R"(,"error_code":65536)")) == "params.pay_part_end.error_code: more than two bytes");
    CHECK(refusal(failure(R"(,"error_code":"4103")")) == "params.pay_part_end.error_code: not an unsigned integer");
}

// A missing node means our own: ignoring an unreadable one would blame our node.
TEST_CASE("pay_part_end with an unreadable node is refused") {
    for (const std::string node : {"5", R"("")", R"("02")", R"("zz")", "[]"})
        CHECK_FALSE(decode_pay_part_end(received::value(failure(R"(,"error_code":4103,"failed_node_id":)" + node)))
                        .has_value());
}

TEST_CASE("pay_part_start gives the hops") {
    // xpay_payee_rejects.jsonl
    const auto start = decode_pay_part_start(
        received::value(
            R"({"pay_part_start":{)" + part +
            R"(,"total_payment_msat":4000000,"attempt_msat":4000000,"hops":[{"next_node":")" + hops::carol +
            R"(","short_channel_id":"103x1x0","direction":1,"channel_in_msat":4000041,"channel_out_msat":4000041},
           {"next_node":")" +
            hops::bob +
            R"(","short_channel_id":"103x2x0","direction":1,"channel_in_msat":4000041,"channel_out_msat":4000000}]}})"),
        {42});
    REQUIRE(start.has_value());
    REQUIRE(start->route.hops.size() == 2);
    hops::is(start->route.hops[0], hops::carol, 103, 1, 4'000'000, 0);
    hops::is(start->route.hops[1], hops::bob, 103, 2, 4'000'000, 0);
    CHECK(start->route.secret_of_invoice);
    CHECK_FALSE(start->report.has_value());
}

TEST_CASE("pay_part_start without hops leaves the route unknown; with unreadable hops it is refused") {
    const auto start = decode_pay_part_start(received::value(R"({"pay_part_start":{)" + part + "}}"), {});
    REQUIRE(start.has_value());
    CHECK(start->route == payments::Route{});
    for (const std::string hops : {"5", "{}", "[5]", R"([{"next_node":"02"}])"})
        CHECK(decode_pay_part_start(received::value(R"({"pay_part_start":{)" + part + R"(,"hops":)" + hops + "}}"), {})
                  .error()
                  .text() == "params.pay_part_start.hops: a malformed hop");
}

TEST_CASE("block_added gives the chain's height in its old and its new form") {
    const auto block = std::string(R"({"hash":"00","height":850000}})");
    CHECK(decode_block_added(received::value(R"({"block_added":)" + block)) == 850'000);
    CHECK(decode_block_added(received::value(R"({"block":)" + block)) == 850'000); // up to v23.08
    CHECK(decode_block_added(received::value(R"({"block_added":{"height":4294967295}})")) == UINT32_MAX);
}

TEST_CASE("an invalid block_added is refused with the path of the fault") {
    const auto block_refusal = [](const char* params) {
        return decode_block_added(received::value(params)).error().text();
    };
    CHECK(block_refusal("{}") == "params.block: missing");
    CHECK(block_refusal("5") == "params: not an object");
    CHECK(block_refusal(R"({"block_added":{}})") == "params.block_added.height: missing");
    CHECK(block_refusal(R"({"block_added":{"height":-1}})") == "params.block_added.height: not an unsigned integer");
    CHECK(block_refusal(R"({"block_added":{"height":4294967296}})") == "params.block_added.height: not a block height");
}

} // namespace part_topics_test

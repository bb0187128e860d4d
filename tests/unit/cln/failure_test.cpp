// Why a part failed, from sendpay_failure and from waitsendpay's error.
#include "cln/notifications.hpp"

#include "received.hpp"
#include "recorded.hpp"

namespace failure_test {

using Kind = payments::Failure::Kind;

namespace {

/// {code, message, data} of a recorded failure; data is a pending row with `details` appended.
std::string failed(int code, const std::string& details) {
    return R"({"code":)" + std::to_string(code) + R"json(,"message":"failed: WIRE_X (reply from remote)","data":{
        "created_index":79,"id":79,"payment_hash":"c837b66f3f7d3491f54df591d82eb8c487a955e3de2f56311cd028b1048907d0",
        "groupid":1,"amount_msat":400000000,"amount_sent_msat":400004001,"created_at":1795222380,"status":"pending")json" +
           details + "}}";
}

payments::Failure failure_of(int code, const std::string& details) {
    const auto decoded =
        cln::decode_sendpay_failure(received::value(R"({"sendpay_failure":)" + failed(code, details) + "}"));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().text());
    return decoded->failure;
}

std::string raw(int failcode, std::string_view message) {
    return R"(,"erring_index":1,"failcode":)" + std::to_string(failcode) + R"(,"raw_message":")" +
           std::string(message) + "\"";
}

} // namespace

TEST_CASE("the failing node's message is kept with its channel update") {
    // fail_below_advertised_minimum.jsonl
    const auto failure = failure_of(204, raw(0x1007, recorded::temporary_channel_failure));
    REQUIRE(bool(failure.message));
    CHECK(failure.message->code == 0x1007);
    REQUIRE(failure.message->update.has_value());
    const auto& update = *failure.message->update;
    CHECK(update.scid.value == (103ULL << 40 | 2ULL << 16));
    CHECK(update.timestamp == 0x6b00eb70);
    CHECK(update.channel_flags == 1);
    CHECK(update.cltv_expiry_delta == 6);
    CHECK(update.htlc_minimum.value == 50'000);
    CHECK(update.fee_base.value == 1);
    CHECK(update.fee_ppm == 10);
    CHECK(update.htlc_maximum.value == 0x1d8119c0);
}

TEST_CASE("the payee's message is kept with amount and height") {
    // fail_incorrect_payment_details.jsonl
    const auto failure = failure_of(203, raw(0x400f, recorded::unknown_details));
    REQUIRE(bool(failure.message));
    CHECK(failure.message->htlc_amount == base::Msat{1'000'000});
    CHECK(failure.message->height == 108);
    CHECK_FALSE(failure.message->update.has_value());
}

TEST_CASE("only code 203 means that the payee failed the part") {
    CHECK(failure_of(203, raw(0x400f, recorded::unknown_details)).at_destination);
    for (const int code : {202, 204, 209})
        CHECK_FALSE(failure_of(code, raw(0x400f, recorded::unknown_details)).at_destination);
}

TEST_CASE("an unreadable message, or one with another code than failcode, is dropped and the code kept") {
    for (const std::string message : {"null", "5", R"("")", R"("10")", R"("zz")", R"("100")", R"("100c00")",
                                      R"("400a")", R"("100c00000000000f42")"}) {
        INFO(message);
        const auto failure = failure_of(204, R"(,"erring_index":1,"failcode":4108,"raw_message":)" + message);
        CHECK(failure.kind == Kind::wire);
        CHECK(failure.code == 0x100c);
        CHECK(failure.source_index == 1);
        CHECK_FALSE(bool(failure.message));
    }
}

TEST_CASE("a message that consists of its code alone is complete") {
    const auto failure = failure_of(204, raw(0x400a, "400a"));
    REQUIRE(bool(failure.message));
    CHECK(failure.message->code == 0x400a);
}

TEST_CASE("a failure without erring node and channel is read") {
    // fail_expiry_too_soon.jsonl: a sendonion, whose nodes lightningd does not know
    const auto failure = failure_of(204, raw(0x100e, recorded::expiry_too_soon));
    CHECK(failure.kind == Kind::wire);
    CHECK(failure.code == 0x100e);
    CHECK(failure.source_index == 1);
    REQUIRE(bool(failure.message));
    CHECK(failure.message->update.has_value());
}

TEST_CASE("code 202 without failcode, or an onionreply, means an unreadable onion") {
    CHECK(failure_of(202, R"(,"onionreply":"8543e056")").kind == Kind::unreadable);
    CHECK(failure_of(202, "").kind == Kind::unreadable);
    CHECK(failure_of(204, R"(,"onionreply":"8543e056")").kind == Kind::unreadable);
    // the last hop's BADONION has code 202 too, but with a failcode
    const auto last_hop = failure_of(202, R"(,"erring_index":2,"failcode":49157)");
    CHECK(last_hop.kind == Kind::wire);
    CHECK(last_hop.source_index == 2);
}

TEST_CASE("a failure without any node's message is local") {
    CHECK(failure_of(204, "").kind == Kind::local);
    CHECK(failure_of(204, "").source_index == 0);
    CHECK(failure_of(209, "").kind == Kind::unknown);
}

TEST_CASE("waitsendpay's error gives the same failure as sendpay_failure, with a row that has failed") {
    // fail_local.jsonl
    const auto decoded = cln::decode_waitsendpay_error(received::value(R"json({"code":204,"message":
        "failed: WIRE_TEMPORARY_CHANNEL_FAILURE (WIRE_TEMPORARY_CHANNEL_FAILURE: Capacity exceeded - HTLC fee: 1626sat)",
        "data":{"created_index":90,"id":90,
        "payment_hash":"3e2134b2716ef1eb9d4495ef9b56a9e15502c401f45b0431cb7c1c8d9da5c72f","groupid":1,"updated_index":90,
        "destination":"022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90","amount_msat":600000000,
        "amount_sent_msat":600006001,"created_at":1795222457,"completed_at":1795222457,"status":"failed",
        "erring_index":0,"failcode":4103,"failcodename":"WIRE_TEMPORARY_CHANNEL_FAILURE",
        "erring_node":"035fdd0cddae793c67358ff26bbd00c405835ede7dbc5b52cbcef7e8ac746e3c72","erring_channel":"103x1x0",
        "erring_direction":1}})json"));
    REQUIRE(decoded.has_value());
    CHECK(decoded->row.created.value == 90);
    CHECK(decoded->row.updated.value == 90);
    CHECK(decoded->row.status == payments::PartStatus::failed);
    CHECK(decoded->row.completed_at == base::from_seconds(1795222457));
    CHECK(decoded->failure == payments::Failure{Kind::wire, 0x1007, 0, false, {}});
}

TEST_CASE("waitsendpay's error without details gives an unknown failure") {
    const auto decoded = cln::decode_waitsendpay_error(received::value(failed(209, "")));
    REQUIRE(decoded.has_value());
    CHECK(decoded->failure.kind == Kind::unknown);
}

TEST_CASE("an invalid waitsendpay error is refused with the path of the fault") {
    const auto refusal = [](const std::string& error) {
        const auto decoded = cln::decode_waitsendpay_error(received::value(error));
        REQUIRE_FALSE(decoded.has_value());
        return decoded.error().text();
    };
    CHECK(refusal("5") == "error: not an object");
    CHECK(refusal("{}") == "error.code: missing");
    CHECK(refusal(R"({"code":-1,"message":"Timed out","data":{}})") == "error.code: not an unsigned integer");
    CHECK(refusal(R"({"code":208,"message":"Never attempted payment"})") == "error.data: missing");
    CHECK(refusal(failed(204, R"(,"failcode":70000)")) == "error.data.failcode: more than two bytes");
    CHECK(refusal(failed(204, R"(,"failcode":7,"erring_index":65536)")) == "error.data.erring_index: not a hop number");
    CHECK(refusal(R"({"code":204,"message":"m","data":{"failcode":7}})") == "error.data.payment_hash: missing");
}

} // namespace failure_test

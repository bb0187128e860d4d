// Decoders of sendpay_success and sendpay_failure, with recorded messages.
#include "cln/notifications.hpp"

#include "received.hpp"

namespace sendpay_test {

using cln::decode_sendpay_failure;
using cln::decode_sendpay_success;
using json::Tree;
using Kind = payments::Failure::Kind;

namespace {

/// The params of a failure: a recorded pending row with the members of `data`.
json::Tree failure(int code, std::string_view message, std::string_view data) {
    auto row = received::json(R"({"created_index":134,"id":134,
        "payment_hash":"4a8241da2a8d230190a50f995752d7d9cd044dd6c516cd2681caa78c2241bc8e","groupid":1,
        "destination":"022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90","amount_msat":1000000,
        "amount_sent_msat":1000000,"created_at":1795222611,"status":"pending"})");
    row.update(received::json(data));
    // Parsed again: a value built in C++ has signed numbers, a parsed one unsigned.
    return received::json(json::dump({{"sendpay_failure", {{"code", code}, {"message", message}, {"data", row}}}}));
}

payments::Failure good(const json::Tree& params) {
    const auto decoded = decode_sendpay_failure(received::value_of(params));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().text());
    CHECK(decoded->row.created.value == 134);
    CHECK(decoded->row.status == payments::PartStatus::pending); // data is the row before its update
    CHECK_FALSE(decoded->row.completed_at.has_value());
    return decoded->failure;
}

std::string refusal(const json::Tree& params) {
    const auto decoded = decode_sendpay_failure(received::value_of(params));
    REQUIRE_FALSE(decoded.has_value());
    return decoded.error().text();
}

} // namespace

TEST_CASE("sendpay_success gives the complete row") {
    const auto row = decode_sendpay_success(received::value_of(Tree::object({{"sendpay_success", received::row()}})));
    REQUIRE(row.has_value());
    CHECK(row->created.value == 133);
    CHECK(row->status == payments::PartStatus::complete);
}

TEST_CASE("an invalid sendpay_success is refused with the path of the fault") {
    CHECK(decode_sendpay_success(
              received::value_of(Tree::object({{"sendpay_success", received::with(received::row(), "groupid", "-1")}})))
              .error()
              .text() == "params.sendpay_success.groupid: not an unsigned integer");
    CHECK(decode_sendpay_success(received::value_of(Tree::object({{"other", 1}}))).error().text() ==
          "params.sendpay_success: missing");
    CHECK(decode_sendpay_success(received::value_of(Tree::object({{"sendpay_success", 5}}))).error().text() ==
          "params.sendpay_success: not an object");
    CHECK(decode_sendpay_success(received::value_of(Tree::array({1, 2}))).error().text() == "params: not an object");
}

TEST_CASE("a failure on the way gives its code and the failing hop") {
    // autoclean.jsonl
    const auto reported = good(failure(204, "failed: WIRE_FEE_INSUFFICIENT (reply from remote)",
                                       R"({"erring_index":1,"failcode":4108,"failcodename":"WIRE_FEE_INSUFFICIENT",
        "erring_node":"02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8","erring_channel":"103x2x0",
        "erring_direction":1,"raw_message":"100c00000000000f4240008a0102"})"));
    CHECK(reported.kind == Kind::wire);
    CHECK(reported.code == 0x100C);
    CHECK(reported.source_index == 1);
}

TEST_CASE("the payee's failure has the last hop's index") {
    // fail_incorrect_payment_details.jsonl
    const auto reported =
        good(failure(203, "failed: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS (reply from remote)",
                     R"({"erring_index":2,"failcode":16399,"raw_message":"400f00000000000f42400000006c"})"));
    CHECK(reported.kind == Kind::wire);
    CHECK(reported.code == 0x400F);
    CHECK(reported.source_index == 2);
}

TEST_CASE("a failure of our own node has index 0") {
    // fail_local.jsonl
    const auto reported = good(failure(
        204,
        "failed: WIRE_TEMPORARY_CHANNEL_FAILURE (WIRE_TEMPORARY_CHANNEL_FAILURE: Capacity exceeded - HTLC fee: "
        "1626sat)",
        R"({"erring_index":0,"failcode":4103,"failcodename":"WIRE_TEMPORARY_CHANNEL_FAILURE","erring_channel":"103x1x0"})"));
    CHECK(reported.kind == Kind::wire);
    CHECK(reported.code == 0x1007);
    CHECK(reported.source_index == 0);
}

TEST_CASE("an error that cannot be decrypted is unreadable") {
    // fail_sendonion_without_secrets.jsonl, every part of xpay
    const auto reported =
        good(failure(202, "Malformed error reply", R"({"onionreply":"8543e056b5655e54cf9432d9a563cfa8"})"));
    CHECK(reported.kind == Kind::unreadable);
    CHECK(reported.source_index == 0);
}

TEST_CASE("a BADONION of the direct peer has index 0, as in LND") {
    // fail_malformed_onion.jsonl: lightningd has index 1, LND 0
    const auto reported =
        good(failure(204, "failed: WIRE_INVALID_ONION_HMAC (local failure)", R"({"erring_index":1,"failcode":49157})"));
    CHECK(reported.kind == Kind::wire);
    CHECK(reported.code == 0xC005);
    CHECK(reported.source_index == 0);
}

TEST_CASE("a BADONION that the direct peer passes on from its own peer keeps its index") {
    const auto reported = good(
        failure(204, "failed: WIRE_INVALID_ONION_HMAC (reply from remote)", R"({"erring_index":1,"failcode":49157})"));
    CHECK(reported.code == 0xC005);
    CHECK(reported.source_index == 1);
    const auto farther = good(failure(204, "failed: WIRE_INVALID_ONION_BLINDING (reply from remote)",
                                      R"({"erring_index":2,"failcode":49176})"));
    CHECK(farther.code == 0xC018);
    CHECK(farther.source_index == 2);
}

TEST_CASE("a BADONION of a node farther away keeps that node's index") {
    const auto reported =
        good(failure(204, "failed: WIRE_INVALID_ONION_HMAC", R"({"erring_index":2,"failcode":49157})"));
    CHECK(reported.source_index == 2);
}

TEST_CASE("other failures of the first hop keep its index, whichever node reported them") {
    CHECK(good(failure(204, "failed: WIRE_UNKNOWN_NEXT_PEER (local failure)", R"({"erring_index":1,"failcode":16394})"))
              .source_index == 1);
}

TEST_CASE("a failure without any details is unknown") {
    const auto reported = good(failure(209, "failed", "{}"));
    CHECK(reported.kind == Kind::unknown);
}

TEST_CASE("the erring index may be missing") {
    const auto reported = good(failure(204, "failed: WIRE_MPP_TIMEOUT (reply from remote)", R"({"failcode":23})"));
    CHECK(reported.code == 23);
    CHECK(reported.source_index == 0);
}

TEST_CASE("an invalid sendpay_failure is refused with the path of the fault") {
    CHECK(refusal({{"sendpay_failure", 5}}) == "params.sendpay_failure: not an object");
    CHECK(refusal(json::Tree::object()) == "params.sendpay_failure: missing");
    CHECK(refusal({{"sendpay_failure", {{"code", 204u}, {"message", "m"}}}}) == "params.sendpay_failure.data: missing");
    CHECK(refusal(failure(-1, "m", "{}")) == "params.sendpay_failure.code: not an unsigned integer");
    CHECK(refusal(failure(204, "m", R"({"groupid":-1})")) ==
          "params.sendpay_failure.data.groupid: not an unsigned integer");
    CHECK(refusal(failure(204, "m", R"({"failcode":"4108"})")) ==
          "params.sendpay_failure.data.failcode: not an unsigned integer");
    CHECK(refusal(failure(204, "m", R"({"failcode":65536})")) ==
          "params.sendpay_failure.data.failcode: more than two bytes");
    CHECK(refusal(failure(204, "m", R"({"failcode":4108,"erring_index":-1})")) ==
          "params.sendpay_failure.data.erring_index: not an unsigned integer");
    CHECK(refusal(failure(204, "m", R"({"failcode":4108,"erring_index":4294967296})")) ==
          "params.sendpay_failure.data.erring_index: not a hop number");
    auto params = failure(204, "m", "{}");
    params["sendpay_failure"]["message"] = 5;
    CHECK(refusal(params) == "params.sendpay_failure.message: not a string");
    params["sendpay_failure"].erase("code");
    params["sendpay_failure"].erase("message");
    CHECK(refusal(params) == "params.sendpay_failure.code: missing");
}

} // namespace sendpay_test

#include "cln/replies.hpp"

#include "received.hpp"

namespace replies_test {

using cln::decode_getinfo;
using cln::decode_wait;
using cln::Index;
using json::Tree;

namespace {

const std::string hash = "2b234d485f09e331120a360279af7dca839769e1d8110a4a41185fdaeb439659";
const std::string details =
    R"({"status":"pending","partid":0,"groupid":8912158845556297834,"payment_hash":")" + hash + "\"}";

} // namespace

TEST_CASE("getinfo gives the node's id") {
    const std::string id = "035fdd0cddae793c67358ff26bbd00c405835ede7dbc5b52cbcef7e8ac746e3c72";
    CHECK(decode_getinfo(received::value_of(Tree::object({{"id", id}, {"alias", "l1"}})))->id.hex() == id);
    CHECK(decode_getinfo(received::value_of(Tree::object())).error().text() == "result.id: missing");
    CHECK(decode_getinfo(received::value_of(Tree::object({{"id", 5}}))).error().text() == "result.id: not a string");
    CHECK(decode_getinfo(received::value_of(Tree::object({{"id", "03"}}))).error().text() ==
          "result.id: not a node id");
    CHECK(decode_getinfo(received::value_of(Tree())).error().text() == "result: not an object");
}

TEST_CASE("each index has lightningd's name") {
    CHECK(std::string(cln::name(Index::created)) == "created");
    CHECK(std::string(cln::name(Index::updated)) == "updated");
    CHECK(std::string(cln::name(Index::deleted)) == "deleted");
}

TEST_CASE("a wait that had to wait names the row that moved the counter") {
    // v25.05 and later; with deprecated APIs; up to v25.02
    for (const auto& members : {R"("sendpays":)" + details, R"("details":)" + details + R"(,"sendpays":)" + details,
                                R"("details":)" + details}) {
        const auto reply =
            decode_wait(received::value(R"({"subsystem":"sendpays","created":17,)" + members + "}"), Index::created);
        REQUIRE(reply.has_value());
        CHECK(reply->counter == 17);
        REQUIRE(reply->details.has_value());
        CHECK(reply->details->hash.hex() == hash);
        CHECK(reply->details->group.value == 8912158845556297834ULL);
        CHECK(reply->details->partid.value == 0);
    }
}

TEST_CASE("a wait for a number already passed gives the counter only") {
    const auto reply = decode_wait(received::value(R"({"subsystem":"sendpays","updated":133})"), Index::updated);
    REQUIRE(reply.has_value());
    CHECK(reply->counter == 133);
    CHECK_FALSE(reply->details.has_value());
}

TEST_CASE("a counter may be 0") {
    CHECK(decode_wait(received::value(R"({"deleted":0})"), Index::deleted)->counter == 0);
}

TEST_CASE("an invalid wait answer is refused with the path of the fault") {
    const auto refusal = [](std::string_view text, Index index = Index::created) {
        const auto reply = decode_wait(received::value(text), index);
        REQUIRE_FALSE(reply.has_value());
        return reply.error().text();
    };
    CHECK(refusal(R"({"updated":5})") == "result.created: missing");
    CHECK(refusal(R"({"created":5})", Index::deleted) == "result.deleted: missing");
    CHECK(refusal(R"({"created":-1})") == "result.created: not an unsigned integer");
    CHECK(refusal(R"({"created":"1"})") == "result.created: not an unsigned integer");
    CHECK(refusal(R"({"created":1,"details":5})") == "result.details: not an object");
    CHECK(refusal(R"({"created":1,"sendpays":{}})") == "result.sendpays.payment_hash: missing");
    CHECK(refusal(R"({"created":1,"sendpays":{"payment_hash":")" + hash + R"(","partid":0,"groupid":-1}})") ==
          "result.sendpays.groupid: not an unsigned integer");
    CHECK(refusal("[]") == "result: not an object");
}

} // namespace replies_test

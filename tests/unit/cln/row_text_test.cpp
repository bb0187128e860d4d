#include "cln/row_text.hpp"

#include "cln/row.hpp"
#include "received.hpp"

#include <span>

namespace row_text_test {

using cln::RowText;
using received::with;

namespace {

/// The row known after these updates, in their order.
std::string learned(const std::vector<std::string>& accounts) {
    auto row = RowText::from(accounts.front());
    REQUIRE(row.has_value());
    for (const auto& account : std::span(accounts).subspan(1)) {
        auto other = RowText::from(account);
        REQUIRE(other.has_value());
        row->learn(std::move(*other));
    }
    return row->json();
}

} // namespace

TEST_CASE("a part written as a row is read back the same") {
    const auto row = *cln::decode_row(
        received::value_of(with(with(received::row(), "partid", "3"), "groupid", "8912158845556297834")), "row");
    auto part = payments::Part::of(row);
    part.merge(row);
    const auto again = *cln::decode_row(received::value(RowText::of(row.key, part, "lnbcrt1").json()), "row");
    CHECK(again.key == row.key);
    CHECK(again.partid == row.partid);
    CHECK(again.created == row.created);
    CHECK(again.updated == row.updated);
    CHECK(again.status == row.status);
    CHECK(again.amount == row.amount);
    CHECK(again.sent == row.sent);
    CHECK(again.created_at == row.created_at);
    CHECK(again.completed_at == row.completed_at);
    CHECK(again.preimage == row.preimage);
    CHECK(again.invoice == "lnbcrt1");
}

TEST_CASE("a written row has lightningd's order and leaves out what lightningd leaves out") {
    payments::Part part;
    part.created = {5};
    part.sent = {1010};
    part.created_at = base::from_seconds(100);
    const std::string hash(64, 'a');
    const payments::PaymentKey key{*base::PaymentHash::from_hex(hash), {7}};
    CHECK(RowText::of(key, part, "").json() ==
          R"({"created_index":5,"id":5,"payment_hash":")" + hash +
              R"(","groupid":7,"amount_sent_msat":1010,"created_at":100,"status":"pending"})");
    part.status = payments::PartStatus::complete;
    part.updated = {9};
    part.partid = {2};
    part.amount = base::Msat{1000};
    part.completed_at = base::from_seconds(101);
    part.preimage.emplace().bytes.fill(0x77);
    CHECK(
        RowText::of(key, part, "lni1x").json() ==
        R"({"created_index":5,"id":5,"payment_hash":")" + hash +
            R"(","groupid":7,"updated_index":9,"partid":2,"amount_msat":1000,"amount_sent_msat":1010,"created_at":100,)"
            R"("completed_at":101,"status":"complete","payment_preimage":")" +
            part.preimage->hex() + R"(","bolt12":"lni1x"})");
}

TEST_CASE("known members come in lightningd's order, others of the host behind them") {
    CHECK(learned({R"({"status":"failed", "x" : [ 1,  2 ],"id": 5,"label":"a\u00fc","created_index":5})"}) ==
          R"({"created_index":5,"id":5,"status":"failed","label":"a\u00fc","x":[ 1,  2 ]})");
    CHECK(learned({R"({"created_index":5,"x":1,"id":5,"y":2})"}) == R"({"created_index":5,"x":1,"id":5,"y":2})");
    CHECK(learned({R"({"id":5,"x":1})"}) == R"({"id":5,"x":1})"); // before v23.11
}

TEST_CASE("a newer row wins, members it lacks stay, and an ended row never becomes pending again") {
    const std::string first = R"({"id":5,"status":"pending","label":"tea"})";
    const std::string last = R"({"id":5,"completed_at":7,"status":"complete"})";
    const std::string both = R"({"id":5,"completed_at":7,"status":"complete","label":"tea"})";
    CHECK(learned({first, last}) == both);
    CHECK(learned({last, first}) == both);
    CHECK(learned({first, last, first}) == both);
}

TEST_CASE("the details of a failure are not stored in the row") {
    const auto row = RowText::from_failure(
        R"({"id":5,"status":"pending","erring_index":1,"failcode":4103,"failcodename":"x","erring_node":"02","x":1,)"
        R"("erring_channel":"1x1x1","erring_direction":0,"raw_message":"1007","onionreply":"ab"})");
    REQUIRE(row.has_value());
    CHECK(row->json() == R"({"id":5,"status":"pending","x":1})");
}

TEST_CASE("a text that is no row is refused") {
    for (const std::string_view text :
         {"", "{}", "[]", "5", "null", R"({"status":"failed"})", R"({"id":"x"})", R"({"id":-1})", R"({"id":1.5})",
          R"({"id":18446744073709551616})", R"({"id":5)", R"({"id" 5})"})
        CHECK_FALSE(RowText::from(text).has_value());
}

TEST_CASE("the rows of a listing are found in their text") {
    using Rows = std::vector<std::string_view>;
    CHECK(cln::rows_in(R"({"x":[{}],"payments" : [ {"id":1} , {"a":[{}],"id":2}]})") ==
          Rows{R"({"id":1})", R"({"a":[{}],"id":2})"});
    for (const std::string_view text :
         {"", "[]", "{}", R"({"payments":[]})", R"({"payments":{}})", R"({"payments":[5,{}]})"})
        CHECK(cln::rows_in(text).empty());
}

} // namespace row_text_test

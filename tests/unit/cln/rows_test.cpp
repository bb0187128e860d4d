#include "cln/row.hpp"

#include "received.hpp"

namespace rows_test {

using cln::decode_rows;
using json::Tree;

TEST_CASE("an unreadable row does not spoil the others") {
    auto second = received::with(received::row(), "created_index", "134");
    const json::Tree result{{"payments", {received::row(), received::with(second, "groupid", "-1"), second, "no row"}}};
    const auto rows = decode_rows(received::value_of(result));
    REQUIRE(rows.has_value());
    REQUIRE(rows->rows.size() == 2);
    CHECK(rows->rows[0].created.value == 133);
    CHECK(rows->rows[1].created.value == 134);
    REQUIRE(rows->errors.size() == 2);
    CHECK(rows->errors[0].text() == "result.payments[1].groupid: not an unsigned integer");
    CHECK(rows->errors[1].text() == "result.payments[3]: not an object");
}

TEST_CASE("an empty list is accepted") {
    const auto rows = decode_rows(received::value_of(Tree::object({{"payments", Tree::array()}})));
    REQUIRE(rows.has_value());
    CHECK(rows->rows.empty());
    CHECK(rows->errors.empty());
}

TEST_CASE("an answer that is no object with a list is an error") {
    CHECK(decode_rows(received::value_of(Tree::object())).error().text() == "result.payments: not an array");
    CHECK(decode_rows(received::value_of(Tree::object({{"payments", 5}}))).error().text() ==
          "result.payments: not an array");
    CHECK(decode_rows(received::value_of(Tree::object({{"payments", nullptr}}))).error().text() ==
          "result.payments: not an array");
    CHECK(decode_rows(received::value_of(Tree::object({{"payments", Tree::object()}}))).error().text() ==
          "result.payments: not an array");
    CHECK(decode_rows(received::value_of(Tree::array())).error().text() == "result: not an object");
    CHECK(decode_rows(received::value_of(Tree())).error().text() == "result: not an object");
}

} // namespace rows_test

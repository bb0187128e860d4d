// The row of nodes by itself: the span of a value, and repeated keys.
#include "json/node_row.hpp"

#include <string>

#include <doctest/doctest.h>

namespace node_row_test {

using json::Node;
using json::NodeRow;
using Kind = Node::Kind;

namespace {

/// `{"a":<number>}` as a member `key` of `object`.
void add_object(NodeRow& row, NodeRow::Open& object, std::string_view key, std::uint64_t number) {
    row.add(object, key);
    auto inner = row.begin(Kind::object);
    auto& node = row.add(inner, "a");
    node.kind = Kind::natural;
    node.bits = number;
    row.end(inner);
}

} // namespace

TEST_CASE("the span of a value covers all nodes added before its end") {
    NodeRow row;
    row.add();
    auto list = row.begin(Kind::array);
    row.add().kind = Kind::yes;
    row.add();
    auto object = row.begin(Kind::object);
    add_object(row, object, "x", 1);
    row.end(object);
    row.end(list);
    const auto* node = row.front();
    CHECK(node[0].span == 5);
    CHECK(node[1].span == 1);
    CHECK(node[2].span == 3);
    CHECK(node[3].key == "x");
    CHECK(node[3].span == 2);
    CHECK((node[2].bits == Node::key_bit("x") && node[3].bits == Node::key_bit("a")));
}

TEST_CASE("a repeated member replaces the earlier one and all below it; its neighbours stay") {
    NodeRow row;
    row.add();
    auto object = row.begin(Kind::object);
    add_object(row, object, "one", 1);
    row.add(object, "two").kind = Kind::yes;
    add_object(row, object, "one", 2);
    add_object(row, object, "one", 3);
    row.add(object, "three").kind = Kind::no;
    row.end(object);
    const auto* node = row.front();
    CHECK(node[0].span == 5);
    CHECK((node[1].key == "two" && node[1].kind == Kind::yes));
    CHECK((node[2].key == "one" && node[2].span == 2 && node[3].bits == 3));
    CHECK((node[4].key == "three" && node[4].kind == Kind::no));
}

TEST_CASE("keys that share a bit are distinguished") {
    REQUIRE(Node::key_bit("axxxb") == Node::key_bit("ayyyb"));
    NodeRow row;
    row.add();
    auto object = row.begin(Kind::object);
    row.add(object, "axxxb");
    row.add(object, "ayyyb");
    row.end(object);
    CHECK(row.front()->span == 3);
}

TEST_CASE("a cleared row is empty, and memory above the limit is freed") {
    NodeRow row;
    for (std::size_t i = 0; i <= NodeRow::kept; ++i)
        row.add();
    CHECK(row.capacity() > NodeRow::kept);
    row.clear();
    CHECK(row.capacity() == 0);
    row.add().kind = Kind::yes;
    row.clear();
    CHECK(row.capacity() > 0);
    row.add().kind = Kind::no;
    CHECK(row.front()->kind == Kind::no);
}

} // namespace node_row_test

// The cursor as text.
#include "publish/cursor.hpp"

#include <doctest/doctest.h>

namespace cursor_test {

namespace {

publish::CursorMaker maker() {
    publish::CursorMaker made("89abcdef");
    made.set_node(*base::NodeId::from_hex("02" + std::string(6, 'a') + std::string(58, '0')));
    return made;
}

} // namespace

TEST_CASE("a cursor is read as it was written") {
    for (const auto& position : {publish::Position{{0}, {0}}, publish::Position{{1}, {18446744073709551615ULL}}}) {
        const auto text = maker().make(position);
        const auto cursor = publish::parse_cursor(text);
        REQUIRE(cursor.has_value());
        CHECK(cursor->position == position);
        CHECK(cursor->run == "89abcdef");
        CHECK(cursor->number == 0);
        CHECK(maker().is_ours(*cursor));
    }
}

TEST_CASE("a run id has 8 hex digits, one of them a letter: lightning-cli quotes the cursor then") {
    for (int times = 0; times < 1000; ++times) { // 1 in 43 has no letter by itself
        const auto id = publish::new_run_id();
        CHECK(publish::parse_cursor("02aaaaaa." + id + ".1.2").has_value());
        CHECK(id.find_first_of("abcdef") != std::string::npos);
    }
}

TEST_CASE("a change number is written behind the position if there is one") {
    CHECK(maker().make({{1}, {2}}) == "02aaaaaa.89abcdef.1.2");
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{10}, UINT64_MAX}) {
        const auto text = maker().make({{1}, {2}}, number);
        CHECK(text == "02aaaaaa.89abcdef.1.2." + std::to_string(number));
        const auto cursor = publish::parse_cursor(text);
        REQUIRE(cursor.has_value());
        CHECK(cursor->position == publish::Position{{1}, {2}});
        CHECK(cursor->number == number);
    }
}

TEST_CASE("how far a full answer came is written last") {
    for (const auto number : {std::uint64_t{0}, std::uint64_t{3}}) {
        const auto text = maker().make({{1}, {2}}, number, base::UpdatedIndex{7});
        CHECK(text == "02aaaaaa.89abcdef.1.2." + std::to_string(number) + ".7");
        const auto cursor = publish::parse_cursor(text);
        REQUIRE(cursor.has_value());
        CHECK(cursor->number == number);
        CHECK(cursor->given == base::UpdatedIndex{7});
    }
}

TEST_CASE("a run recognises its own cursors") {
    CHECK(maker().is_of_this_run(*publish::parse_cursor("02aaaaaa.89abcdef.1.2.3")));
    CHECK_FALSE(maker().is_of_this_run(*publish::parse_cursor("02aaaaaa.89abcdee.1.2.3")));
}

TEST_CASE("a text that is not exactly a cursor is refused") {
    for (const auto* text : {"",
                             ".",
                             "...",
                             "02aaaaaa.89abcdef.1",
                             "02aaaaaa.89abcdef.1.2.3.4.5",
                             "02aaaaaa.89abcdef.1.2.3.0",
                             "02aaaaaa.89abcdef.1.2.00.4",
                             "02aaaaaa.89abcdef.1.2.3.04",
                             "02aaaaaa.89abcdef.1.2.3.x",
                             "02aaaaaa.89abcdef.1.2.",
                             "02aaaaaa.89abcdef.1.2.0",
                             "02aaaaaa.89abcdef.1.2.03",
                             "02aaaaaa.89abcdef.1.2.-3",
                             "02aaaaaa.89abcdef.1.2.+3",
                             "02aaaaaa.89abcdef.1.2.3 ",
                             "02aaaaaa.89abcdef.1.2.x",
                             "02aaaaaa.89abcdef.1.2.3.",
                             "02aaaaaa.89abcdef.1..3",
                             "02aaaaaa.89abcdef.1.2.18446744073709551616",
                             "02AAAAAA.89abcdef.1.2",
                             "02aaaaa.89abcdef.1.2",
                             "02aaaaaa.89abcde.1.2",
                             "02aaaaaa.89abcdeg.1.2",
                             "02aaaaaa.89abcdef.01.2",
                             "02aaaaaa.89abcdef.-1.2",
                             "02aaaaaa.89abcdef.1.18446744073709551616",
                             "02aaaaaa.89abcdef..2",
                             "02aaaaaa.89abcdef.1.2 ",
                             " 02aaaaaa.89abcdef.1.2",
                             "02aaaaaa.89abcdef.0x1.2",
                             "02aaaaaa.89abcdef.1.+2"})
        CHECK_FALSE_MESSAGE(publish::parse_cursor(text).has_value(), text);
}

TEST_CASE("a cursor of another node is distinguished from one written before the node was known") {
    CHECK_FALSE(maker().is_ours(*publish::parse_cursor("03bbbbbb.89abcdef.1.2")));
    CHECK(maker().is_ours(*publish::parse_cursor("00000000.89abcdef.1.2")));
    CHECK(publish::CursorMaker("89abcdef").is_ours(*publish::parse_cursor("03bbbbbb.89abcdef.1.2")));
}

} // namespace cursor_test

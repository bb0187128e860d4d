// The cursor and the parameters of `trackpayments`.
#include "track/follow_request.hpp"

#include <doctest/doctest.h>

namespace cursor_test {

using track::read_follow;

namespace {

track::CursorMaker maker() {
    track::CursorMaker made("89abcdef");
    made.set_node(*base::NodeId::from_hex("02" + std::string(6, 'a') + std::string(58, '0')));
    return made;
}

rpc::json params(const char* text) {
    return rpc::json::parse(text);
}

} // namespace

TEST_CASE("a cursor is read as it was written") {
    for (const auto& marks : {track::Marks{{0}, {0}}, track::Marks{{1}, {18446744073709551615ULL}}}) {
        const auto text = maker().make(marks);
        const auto cursor = track::parse_cursor(text);
        REQUIRE(cursor.has_value());
        CHECK(cursor->marks == marks);
        CHECK(cursor->run == "89abcdef");
        CHECK(cursor->number == 0);
        CHECK(maker().is_ours(*cursor));
    }
}

TEST_CASE("a change number stands behind the marks where there is one") {
    CHECK(maker().make({{1}, {2}}) == "02aaaaaa.89abcdef.1.2");
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{10}, UINT64_MAX}) {
        const auto text = maker().make({{1}, {2}}, number);
        CHECK(text == "02aaaaaa.89abcdef.1.2." + std::to_string(number));
        const auto cursor = track::parse_cursor(text);
        REQUIRE(cursor.has_value());
        CHECK(cursor->marks == track::Marks{{1}, {2}});
        CHECK(cursor->number == number);
    }
}

TEST_CASE("a run knows its own cursors") {
    CHECK(maker().is_of_this_run(*track::parse_cursor("02aaaaaa.89abcdef.1.2.3")));
    CHECK_FALSE(maker().is_of_this_run(*track::parse_cursor("02aaaaaa.89abcdee.1.2.3")));
}

TEST_CASE("what is not spelled as a cursor is none") {
    for (const auto* text : {"",
                             ".",
                             "...",
                             "02aaaaaa.89abcdef.1",
                             "02aaaaaa.89abcdef.1.2.3.4",
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
        CHECK_FALSE_MESSAGE(track::parse_cursor(text).has_value(), text);
}

TEST_CASE("a cursor of another node is told from one stamped before the node was known") {
    CHECK_FALSE(maker().is_ours(*track::parse_cursor("03bbbbbb.89abcdef.1.2")));
    CHECK(maker().is_ours(*track::parse_cursor("00000000.89abcdef.1.2")));
    CHECK(track::CursorMaker("89abcdef").is_ours(*track::parse_cursor("03bbbbbb.89abcdef.1.2")));
}

TEST_CASE("parameters are named or positional, numbers and truth may be strings") {
    const std::string hash(64, 'a');
    const auto named = read_follow(params((R"({"no_inflight_updates":true,"payment_hash":")" + hash +
                                           R"(","since":"02aaaaaa.89abcdef.1.2","timeout":3600})")
                                              .c_str()));
    const auto positional =
        read_follow(params((R"(["true",")" + hash + R"(","02aaaaaa.89abcdef.1.2","3600"])").c_str()));
    for (const auto& request : {named, positional}) {
        REQUIRE(request.has_value());
        CHECK(request->only_final);
        CHECK(request->hash->hex() == hash);
        CHECK(request->since->marks == track::Marks{{1}, {2}});
        CHECK(request->timeout.count() == 3600);
    }
    for (const auto* none : {"{}", "[]", "[null,null,null,null]", R"({"timeout":null})"}) {
        const auto request = read_follow(params(none));
        REQUIRE(request.has_value());
        CHECK_FALSE(request->only_final);
        CHECK_FALSE(request->hash.has_value());
        CHECK_FALSE(request->since.has_value());
        CHECK(request->timeout.count() == 0);
    }
}

TEST_CASE("what cannot be used is refused by its name") {
    const auto refused = [](const char* text, const char* beginning) {
        const auto request = read_follow(params(text));
        REQUIRE_MESSAGE(!request.has_value(), text);
        CHECK(request.error().code == rpc::invalid_params);
        CHECK_MESSAGE(request.error().message.starts_with(beginning), request.error().message);
    };
    refused(R"({"no_inflight_updates":1})", "no_inflight_updates: ");
    refused(R"({"payment_hash":"ab"})", "payment_hash: ");
    refused(R"({"since":5})", "since: ");
    refused(R"({"since":"x"})", "since: ");
    refused(R"({"timeout":3601})", "timeout: ");
    refused(R"({"timeout":-1})", "timeout: ");
    refused(R"({"timeout":1.5})", "timeout: ");
    refused(R"({"timeout":"soon"})", "timeout: ");
    refused(R"({"hash":"ab"})", "unknown parameter: hash");
    refused("[null,null,null,null,null]", "too many parameters");
}

TEST_CASE("usage names the parameters as help shows them") {
    CHECK(track::follow_usage() == "[no_inflight_updates] [payment_hash] [since] [timeout]");
}

} // namespace cursor_test

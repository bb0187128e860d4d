#include "rpc/framer.hpp"

#include <doctest/doctest.h>

namespace framer_limits_test {

using rpc::Framer;
using Kind = Framer::Result::Kind;

namespace {

constexpr std::size_t megabyte = 1024UL * 1024;

std::string nested(std::size_t depth) {
    // The outermost level is the message's own brace.
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

/// `{"a":"xxx…"}` of exactly `size` bytes, fed a megabyte at a time.
void feed_message(Framer& framer, std::size_t size) {
    const std::string open = "{\"a\":\"";
    framer.feed(open);
    CHECK(framer.next().kind == Kind::more);
    const std::string block(megabyte, 'x');
    for (std::size_t left = size - open.size() - 2; left > 0;) {
        const auto n = std::min(left, block.size());
        framer.feed(std::string_view(block).substr(0, n));
        REQUIRE(framer.next().kind == Kind::more);
        left -= n;
    }
    framer.feed("\"}");
}

} // namespace

TEST_CASE("a message of 128 levels is accepted, one of 129 is skipped and the next one read") {
    Framer framer;
    framer.feed(nested(128) + nested(129) + "{\"next\":1}");
    auto result = framer.next();
    CHECK(result.kind == Kind::message);
    CHECK(result.text == nested(128));
    result = framer.next();
    CHECK(result.kind == Kind::skipped);
    CHECK(result.text.find("128") != std::string_view::npos);
    result = framer.next();
    CHECK(result.kind == Kind::message);
    CHECK(result.text == "{\"next\":1}");
    CHECK(framer.next().kind == Kind::more);
}

TEST_CASE("200 000 levels are skipped without recursion") {
    Framer framer;
    const auto deep = nested(200'000);
    SUBCASE("in one read") {
        framer.feed(deep + "{\"next\":1}");
    }
    SUBCASE("in many reads") {
        for (std::size_t at = 0; at < deep.size(); at += 1000) {
            framer.feed(std::string_view(deep).substr(at, 1000));
            if (at + 1000 < deep.size())
                REQUIRE(framer.next().kind == Kind::more);
        }
        CHECK(framer.next().kind == Kind::skipped);
        CHECK(framer.next().kind == Kind::more);
        framer.feed(deep + "{\"next\":1}");
    }
    CHECK(framer.next().kind == Kind::skipped);
    const auto next = framer.next();
    CHECK(next.kind == Kind::message);
    CHECK(next.text == "{\"next\":1}");
}

TEST_CASE("a skipped message gives its first bytes, however it was split into reads") {
    const std::string text =
        R"({"id":"a","method":"rpc_command","params":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
    for (const std::size_t step : {text.size(), std::size_t{100}, std::size_t{1}}) {
        Framer framer;
        Framer::Result result{Kind::more, {}, {}};
        for (std::size_t at = 0; at < text.size(); at += step) {
            framer.feed(std::string_view(text).substr(at, step));
            result = framer.next();
        }
        CHECK(result.kind == Kind::skipped);
        CHECK(result.head.starts_with(R"({"id":"a","method":"rpc_command","params":[)"));
        CHECK(result.head.size() <= Framer::head_kept);
        framer.feed("{}");
        CHECK(framer.next().head.empty());
    }
}

TEST_CASE("brackets inside a string do not count as depth") {
    Framer framer;
    framer.feed("{\"a\":\"" + std::string(1000, '[') + "\"}");
    CHECK(framer.next().kind == Kind::message);
}

TEST_CASE("a message of 64 MiB is accepted") {
    Framer framer;
    feed_message(framer, Framer::max_message);
    const auto result = framer.next();
    CHECK(result.kind == Kind::message);
    CHECK(result.text.size() == Framer::max_message);
    CHECK(framer.next().kind == Kind::more);
}

TEST_CASE("a longer message is skipped to its end, and the next one is read") {
    for (const auto size : {Framer::max_message + 1, Framer::max_message + 5 * megabyte}) {
        Framer framer;
        feed_message(framer, size);
        framer.feed("\n\n{\"next\":1}");
        auto result = framer.next();
        CHECK(result.kind == Kind::skipped);
        CHECK(result.text.find("64 MiB") != std::string_view::npos);
        result = framer.next();
        CHECK(result.kind == Kind::message);
        CHECK((result.text == "{\"next\":1}"));
        CHECK_FALSE(framer.inside());
    }
}

TEST_CASE("after a skipped message the next one may have the full length") {
    Framer framer;
    feed_message(framer, Framer::max_message + 3 * megabyte);
    CHECK(framer.next().kind == Kind::skipped);
    feed_message(framer, 60 * megabyte);
    CHECK(framer.next().kind == Kind::message);
}

// A gigabyte takes seconds, and half a minute under the memory checkers: run it with --no-skip.
TEST_CASE("the stream is lost when a message does not end within a gigabyte" * doctest::skip()) {
    Framer framer;
    framer.feed("{\"a\":\"");
    const std::string block(megabyte, 'x');
    std::size_t fed = 0;
    auto result = framer.next();
    while (result.kind == Kind::more && fed < 2 * Framer::max_skipped) {
        framer.feed(block);
        fed += block.size();
        result = framer.next();
    }
    CHECK(result.kind == Kind::lost);
    CHECK(fed >= Framer::max_skipped);
    CHECK(fed <= Framer::max_skipped + megabyte);
}

} // namespace framer_limits_test

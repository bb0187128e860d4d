#include "rpc/framer.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace framer_test {

using rpc::Framer;
using Kind = Framer::Result::Kind;

namespace {

struct Framed {
    std::vector<std::string> messages;
    std::vector<std::string> skipped;
};

void take(Framer& framer, Framed& framed) {
    for (;;) {
        const auto result = framer.next();
        if (result.kind == Kind::message)
            framed.messages.emplace_back(result.text);
        else if (result.kind == Kind::skipped)
            framed.skipped.emplace_back(result.text);
        else
            break;
    }
}

Framed frame(const std::vector<std::string_view>& reads) {
    Framer framer;
    Framed framed;
    for (const auto read : reads) {
        framer.feed(read);
        take(framer, framed);
    }
    CHECK_FALSE(framer.inside());
    return framed;
}

/// What lightningd may send: its own compact messages and a client's text unchanged.
const std::vector<std::string> messages{
    R"({"jsonrpc":"2.0","id":"cln:getmanifest#20","method":"getmanifest","params":{"allow-deprecated-apis":true}})",
    R"({})",
    "{\n  \"jsonrpc\" : \"2.0\",\n\n  \"id\" : 1,\n\n\n\t\"params\" : [\r\n  [ ] , { } ]\n\n}",
    R"({"a":"} ] { [ \" \\","b":"\\\"}","c":"\\"})",
    R"({"a":"\"}"})",
    R"({"a":"\\"})",
    R"({"a":"\\\"{"})",
    R"({"text":"caf\u00e9 \u20bf \ud83d\ude00 café ₿ 😀","":""})",
    R"({"deep":[[[[{"a":[{"b":{}}]}]]]],"n":-1.5e-3,"t":true,"z":null})",
    "{\"blank\":\"\n\n\"}",
    R"({"last":1})",
};

std::string joined() {
    const std::vector<std::string> between{"", "\n\n", " ", "\r\n\t ", "\n"};
    std::string all;
    for (std::size_t i = 0; i < messages.size(); ++i)
        all += messages[i] + between[i % between.size()];
    return all;
}

} // namespace

TEST_CASE("many messages in one read are cut where each ends") {
    const auto all = joined();
    const auto framed = frame({all});
    CHECK(framed.messages == messages);
    CHECK(framed.skipped.empty());
}

TEST_CASE("a stream cut into two reads at any byte gives the same messages") {
    const std::string stream = joined();
    for (std::size_t at = 0; at <= stream.size(); ++at) {
        const auto framed = frame({std::string_view(stream).substr(0, at), std::string_view(stream).substr(at)});
        REQUIRE_MESSAGE(framed.messages == messages, "cut at byte ", at);
        REQUIRE_MESSAGE(framed.skipped.empty(), "cut at byte ", at);
    }
}

TEST_CASE("a stream read byte by byte gives the same messages") {
    const std::string stream = joined();
    std::vector<std::string_view> reads;
    for (std::size_t at = 0; at < stream.size(); ++at)
        reads.push_back(std::string_view(stream).substr(at, 1));
    const auto framed = frame(reads);
    CHECK(framed.messages == messages);
    CHECK(framed.skipped.empty());
}

TEST_CASE("a message is given as soon as its last brace is read") {
    Framer framer;
    Framed framed;
    framer.feed(R"({"a":1})");
    take(framer, framed);
    CHECK(framed.messages.size() == 1);
    framer.feed(R"({"a":)");
    take(framer, framed);
    CHECK(framed.messages.size() == 1);
    CHECK(framer.inside());
    framer.feed("2}");
    take(framer, framed);
    CHECK(framed.messages == std::vector<std::string>{R"({"a":1})", R"({"a":2})"});
    CHECK_FALSE(framer.inside());
}

TEST_CASE("a message read in one piece gives the position of its only member in brackets") {
    const auto inner_of = [](std::string_view text) {
        Framer framer;
        framer.feed(text);
        const auto result = framer.next();
        REQUIRE(result.kind == Kind::message);
        return std::string(result.inner);
    };
    const std::string blanks(70, ' '); // longer than one block
    CHECK(inner_of(R"({"method":"m","params":{"a":[{}],"b":"}"},"id":"[]"})") == R"({"a":[{}],"b":"}"})");
    CHECK(inner_of("{" + blanks + R"("params":[1,)" + blanks + "[]]" + blanks + "}") == "[1," + blanks + "[]]");
    CHECK(inner_of(R"(  {"params":[]})") == "[]");
    CHECK(inner_of(R"({"id":1,"method":"{}"})").empty());
    CHECK(inner_of(R"({"params":{},"filter":{}})").empty());
    CHECK(inner_of(R"({"params":[],"filter":{"a":1},"x":[]})").empty());
    Framer framer;
    framer.feed(R"({"id":1,"params":{"a)");
    CHECK(framer.next().kind == Kind::more);
    framer.feed(R"(":2}}{"params":[3]} {"id":4})");
    CHECK(framer.next().inner.empty()); // its beginning was in another buffer
    CHECK(framer.next().inner == "[3]");
    CHECK(framer.next().inner.empty());
}

TEST_CASE("the messages of one read stay valid until the next") {
    Framer framer;
    framer.feed(R"({"a":1} {"b":2} {"c)");
    const auto first = framer.next();
    const auto second = framer.next();
    CHECK(framer.next().kind == Kind::more);
    CHECK(first.text == R"({"a":1})");
    CHECK(second.text == R"({"b":2})");
}

TEST_CASE("garbage between messages is skipped and reported, the messages are kept") {
    for (const std::string garbage :
         {"garbage", "}", "]]", "null", "-1.5", "\"a string\"", "\xff\xfe", "a b c", "\x01x"}) {
        const auto framed = frame({"{\"a\":1}" + garbage + "{\"b\":2}\n\n" + garbage + "\n"});
        CHECK(framed.messages == std::vector<std::string>{R"({"a":1})", R"({"b":2})"});
        CHECK(framed.skipped.size() == 2);
    }
}

TEST_CASE("much garbage in one read is reported once and not quoted") {
    std::string garbage;
    for (int i = 0; i < 1000; ++i)
        garbage += "secret\n\n text ";
    const auto framed = frame({garbage + R"({"a":1})" + garbage});
    CHECK(framed.messages.size() == 1);
    CHECK(framed.skipped.size() == 2);
    for (const auto& reason : framed.skipped)
        CHECK(reason.find("secret") == std::string::npos);
}

TEST_CASE("a top-level array is skipped, and the next message is read") {
    const auto framed = frame({"[1,2]\n\n{\"a\":1}"});
    CHECK(framed.messages == std::vector<std::string>{R"({"a":1})"});
    CHECK(framed.skipped.size() == 1);
}

TEST_CASE("with mismatched braces a message ends where the depth returns to zero; the parser refuses it") {
    const auto framed = frame({"{\"a\":[1}}{\"b\":2}"});
    CHECK(framed.messages == std::vector<std::string>{"{\"a\":[1}}", R"({"b":2})"});
}

TEST_CASE("blanks between messages are ignored") {
    const auto framed = frame({"", "\n\n", " \t\r\n", ""});
    CHECK(framed.messages.empty());
    CHECK(framed.skipped.empty());
}

} // namespace framer_test

#include "lnrpc/writer.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

using lnrpc::Writer;

namespace {

std::string string(std::string_view text) {
    Writer out;
    out.string(text);
    return out.take();
}

} // namespace

TEST_CASE("the commas are where they belong") {
    Writer out;
    out.begin_object();
    out.key("a");
    out.begin_array();
    out.uint32(1);
    out.uint32(2);
    out.begin_object();
    out.end_object();
    out.begin_array();
    out.end_array();
    out.end_array();
    out.key("b");
    out.begin_object();
    out.key("c");
    out.null();
    out.key("d");
    out.boolean(false);
    out.end_object();
    out.key("e");
    out.string("f");
    out.end_object();
    CHECK(out.take() == R"({"a":[1,2,{},[]],"b":{"c":null,"d":false},"e":"f"})");
}

TEST_CASE("64-bit numbers are strings, 32-bit numbers are numbers") {
    Writer out;
    out.begin_array();
    out.int64(0);
    out.int64(INT64_MIN);
    out.int64(INT64_MAX);
    out.uint64(UINT64_MAX);
    out.uint32(0);
    out.uint32(UINT32_MAX);
    out.boolean(true);
    out.end_array();
    CHECK(out.take() ==
          R"(["0","-9223372036854775808","9223372036854775807","18446744073709551615",0,4294967295,true])");
}

TEST_CASE("bytes are base64 with padding, none are an empty string") {
    Writer out;
    out.begin_array();
    out.bytes(std::array<std::uint8_t, 4>{0xfb, 0xff, 0xbf, 0x00});
    out.bytes({});
    out.end_array();
    CHECK(out.take() == R"(["+/+/AA==",""])");
}

TEST_CASE("plain text is written as it is") {
    CHECK(string("") == R"("")");
    CHECK(string("lnbc1 ~!") == R"("lnbc1 ~!")");
}

TEST_CASE("any text reads back the same") {
    for (const auto& text :
         {std::string("\""), std::string("\\"), std::string("a\"b\\c/d"), std::string("\b\f\n\r\t"),
          std::string("\0\x01\x1f\x7f", 4), std::string("é ₿ 😀"), std::string("\xe2\x80\xa8")}) {
        const auto written = string(text);
        CHECK(nlohmann::json::parse(written).get<std::string>() == text);
        for (const char c : written)
            CHECK(static_cast<unsigned char>(c) >= 0x20);
    }
}

TEST_CASE("bytes that are no UTF-8 become the replacement character") {
    CHECK(string("a\xff") == "\"a\xef\xbf\xbd\"");
    CHECK(string("\xc3(") == "\"\xef\xbf\xbd(\"");
    CHECK(nlohmann::json::accept(string("\xed\xa0\x80\xf8\x80")));
}

TEST_CASE("text is separated from its neighbours whichever way it is written") {
    Writer out;
    out.begin_array();
    out.string("plain");
    out.string("with \"quotes\"");
    out.string("plain");
    out.end_array();
    CHECK(out.take() == R"(["plain","with \"quotes\"","plain"])");
}

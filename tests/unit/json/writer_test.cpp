#include "json/writer.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

namespace writer_test {

using json::Base64;
using json::Hex;
using json::Writer;

namespace {

std::string string(std::string_view text) {
    Writer out;
    out.string(text);
    return out.take();
}

} // namespace

TEST_CASE("pieces are written one behind the other, unchanged") {
    Writer out;
    const std::string text = "text";
    out.add("literal ", std::string_view(text), " ", std::string_view(), "end");
    out.add("");
    out.add("!");
    CHECK(out.text() == "literal text end!");
}

TEST_CASE("numbers are written in decimal, up to the limits of their types") {
    Writer out;
    out.add(std::int64_t{0}, " ", INT64_MIN, " ", INT64_MAX, " ", UINT64_MAX, " ", std::uint32_t{0}, " ", UINT32_MAX);
    CHECK(out.text() == "0 -9223372036854775808 9223372036854775807 18446744073709551615 0 4294967295");
}

TEST_CASE("bytes are written as lower-case hex or padded base64; no bytes as nothing") {
    Writer out;
    const std::array<std::uint8_t, 4> bytes{0xfb, 0xff, 0xbf, 0x00};
    out.add("[", Hex{bytes}, "|", Base64{bytes}, "|", Hex{}, Base64{}, "]");
    CHECK(out.text() == "[fbffbf00|+/+/AA==|]");
}

TEST_CASE("the buffer grows for pieces of any size") {
    Writer out;
    std::string expected;
    for (std::size_t size = 1; size < 100'000; size += size / 2 + 1) {
        const std::string text(size, static_cast<char>('a' + size % 26));
        const std::vector<std::uint8_t> zeros(size);
        out.add(std::string_view(text), Hex{zeros}, UINT64_MAX);
        expected += text + std::string(2 * size, '0') + "18446744073709551615";
    }
    CHECK((out.text() == expected));
}

TEST_CASE("taken or cleared text is not written again") {
    Writer out;
    out.add("first");
    CHECK(out.take() == "first");
    CHECK(out.text().empty());
    out.add("second");
    out.clear();
    CHECK(out.text().empty());
    out.add("third");
    CHECK(out.take() == "third");
}

TEST_CASE("plain text is quoted without changes") {
    CHECK(string("") == R"("")");
    CHECK(string("lnbc1 ~!") == R"("lnbc1 ~!")");
}

TEST_CASE("text with escapes and other alphabets reads back the same") {
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

} // namespace writer_test

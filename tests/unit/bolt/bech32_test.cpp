// Test vectors of BIP 173 and of BOLT 12 ("format-string-test.json").
#include "bolt/bech32.hpp"

#include "invoice_text.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

namespace bech32_test {

using bolt::decode_bech32;
using bolt::decode_bech32_without_checksum;

TEST_CASE("valid strings of BIP 173 are read, in either case") {
    for (const std::string_view text :
         {"A12UEL5L", "a12uel5l",
          "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
          "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
          "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
          "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"})
        CHECK(decode_bech32(text).has_value());
    const auto all = decode_bech32("ABCDEF1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LMQQQXW");
    CHECK(all->prefix == "abcdef");
    std::vector<std::uint8_t> counting(32);
    for (std::size_t i = 0; i < counting.size(); ++i)
        counting[i] = static_cast<std::uint8_t>(i);
    CHECK(all->groups == counting);
}

TEST_CASE("invalid strings of BIP 173 are refused, and the error names the reason") {
    const auto reason = [](std::string_view text) { return to_string(decode_bech32(text).error()); };
    CHECK(reason("\x20"
                 "1nwldj5") == "a prefix with other than printable characters at byte 0");
    CHECK(reason("\x7f"
                 "1axkwrx") == "a prefix with other than printable characters at byte 0");
    CHECK(reason("\x80"
                 "1eym55h") == "a prefix with other than printable characters at byte 0");
    CHECK(reason("pzry9x0s0muk") == "no prefix at byte 0");
    CHECK(reason("1pzry9x0s0muk") == "no prefix at byte 0");
    CHECK(reason("x1b4n0q5v") == "not a character of bech32 at byte 2");
    CHECK(reason("li1dgmt3") == "not its checksum at byte 8");
    CHECK(reason("de1lg7wt\xff") == "not a character of bech32 at byte 8");
    CHECK(reason("A1G7SGD8") == "not its checksum at byte 8");
    CHECK(reason("10a06t8") == "no prefix at byte 0");
    CHECK(reason("1qzzfhee") == "no prefix at byte 0");
    CHECK(reason("a12UEL5L") == "upper and lower case at byte 0");
    CHECK(reason("A12uEL5L") == "upper and lower case at byte 0");
    CHECK(reason("a1lqfn3a") == "not its checksum at byte 8"); // that of Bech32m
    CHECK(reason("") == "no prefix at byte 0");
}

TEST_CASE("one changed character is noticed") {
    const std::string text = invoice_text::bech32("lnbc", invoice_text::number(0x123456789abcdef, 40));
    CHECK(decode_bech32(text).has_value());
    for (std::size_t at = 5; at < text.size(); ++at)
        for (const char c : invoice_text::alphabet) {
            auto changed = text;
            changed[at] = c;
            CHECK(decode_bech32(changed).has_value() == (changed == text));
        }
}

TEST_CASE("without a checksum, + joins pieces, with spaces after it") {
    const auto text = invoice_text::bech32("lno", invoice_text::number(0x123456789abcdef, 20), false);
    const auto right = decode_bech32_without_checksum(text)->groups;
    CHECK(right == invoice_text::number(0x123456789abcdef, 20));
    for (std::size_t at = 1; at < text.size(); ++at)
        for (const std::string_view join : {"+", "+ ", "+   "}) {
            auto joined = text;
            joined.insert(at, join);
            const auto read = decode_bech32_without_checksum(joined);
            REQUIRE(read.has_value());
            CHECK(read->prefix == "lno");
            CHECK(read->groups == right);
        }
    CHECK(decode_bech32_without_checksum("l+no1+ qqqq+qqqq").has_value());
    for (const std::string_view wrong :
         {"+lno1qqqq", "+ lno1qqqq", "lno1qqqq+", "lno1qqqq+ ", "ln++o1qqqq", "ln+ +o1qqqq", "lno1qq qq", "lno1qq+\nqq",
          "lno1qq+\tqq", "LNO1qq", "+", "+ ", ""})
        CHECK_FALSE(decode_bech32_without_checksum(wrong).has_value());
}

TEST_CASE("bytes come from the groups if the padding is zero and shorter than a group") {
    for (std::size_t size = 0; size < 12; ++size) {
        const auto bytes = wire::counting(200, size);
        auto groups = invoice_text::groups(bytes);
        CHECK(bolt::octets(groups) == bytes);
        const auto padding = groups.size() * 5 - size * 8;
        for (std::size_t bit = 0; bit < padding; ++bit) {
            auto wrong = groups;
            wrong.back() = static_cast<std::uint8_t>(wrong.back() | 1U << bit);
            CHECK_FALSE(bolt::octets(wrong).has_value());
        }
        groups.push_back(0);
        CHECK(bolt::octets(groups).has_value() == (padding >= 3)); // else a group too many
    }
}

} // namespace bech32_test

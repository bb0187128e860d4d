#include "base/bytes.hpp"
#include "base/hex.hpp"

#include <array>
#include <unordered_set>

#include <doctest/doctest.h>

namespace hex_test {

using std::string_view;
using Octets = std::vector<std::uint8_t>;

namespace {

Octets octets(string_view text) {
    return {text.begin(), text.end()};
}

} // namespace

TEST_CASE("hex is written in lower case and read in both cases") {
    const Octets bytes{0x00, 0x01, 0x9a, 0xbc, 0xde, 0xff};
    CHECK(base::to_hex(bytes) == "00019abcdeff");
    CHECK(base::from_hex("00019abcdeff") == bytes);
    CHECK(base::from_hex("00019ABCDEFF") == bytes);
    CHECK(base::from_hex("00019aBcDeFf") == bytes);
}

TEST_CASE("no bytes become an empty text, and an empty text no bytes") {
    CHECK(base::to_hex({}).empty());
    CHECK(base::from_hex("") == Octets{});
    CHECK(base::to_base64({}).empty());
}

TEST_CASE("a text with a character that is no hex digit is refused") {
    for (const string_view text : {"0", "012", "0g", "g0", " 00", "00 ", "0 0", "0x00", "00:11", "-0", "0\xc3"})
        CHECK_FALSE(base::from_hex(text).has_value());
    CHECK_FALSE(base::from_hex(string_view("00\0", 3)).has_value());
    CHECK_FALSE(base::from_hex(string_view("0\0", 2)).has_value());
}

TEST_CASE("hex of another length than the target's is refused") {
    std::array<std::uint8_t, 2> out{};
    CHECK(base::from_hex("a1b2", out));
    CHECK(out == std::array<std::uint8_t, 2>{0xa1, 0xb2});
    CHECK_FALSE(base::from_hex("a1", out));
    CHECK_FALSE(base::from_hex("a1b2c3", out));
    CHECK_FALSE(base::from_hex("", out));
    CHECK_FALSE(base::from_hex("a1bx", out));
}

TEST_CASE("at every place exactly the hex digits are accepted, each with its value") {
    constexpr string_view known = "0123456789abcdefABCDEF";
    const std::string zeros(2 * 65, '0'); // longer than one block of the reader
    for (std::size_t at = 0; at < zeros.size(); ++at) {
        for (int c = 0; c < 256; ++c) {
            auto text = zeros;
            text[at] = static_cast<char>(c);
            const auto bytes = base::from_hex(text);
            const auto digit = known.find(static_cast<char>(c));
            REQUIRE(bytes.has_value() == (digit != string_view::npos));
            if (!bytes)
                continue;
            const auto value = digit < 16 ? digit : digit - 6;
            Octets expected(zeros.size() / 2);
            expected[at / 2] = static_cast<std::uint8_t>(at % 2 == 0 ? value << 4 : value);
            REQUIRE(*bytes == expected);
        }
    }
}

TEST_CASE("every byte is the same after hex and back") {
    Octets all(256);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint8_t>(i);
    CHECK(base::from_hex(base::to_hex(all)) == all);
}

TEST_CASE("base64 is written as in RFC 4648 section 10, with padding") {
    CHECK(base::to_base64(octets("f")) == "Zg==");
    CHECK(base::to_base64(octets("fo")) == "Zm8=");
    CHECK(base::to_base64(octets("foo")) == "Zm9v");
    CHECK(base::to_base64(octets("foob")) == "Zm9vYg==");
    CHECK(base::to_base64(octets("fooba")) == "Zm9vYmE=");
    CHECK(base::to_base64(octets("foobar")) == "Zm9vYmFy");
}

TEST_CASE("base64 uses the standard alphabet, not the URL-safe one") {
    CHECK(base::to_base64(Octets{0xfb, 0xff, 0xbf}) == "+/+/");
    CHECK(base::to_base64(Octets(32, 0x42)) == "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=");
}

TEST_CASE("a payment hash is read from exactly 64 digits") {
    const std::string text(64, 'A');
    const auto hash = base::PaymentHash::from_hex(text);
    REQUIRE(hash.has_value());
    CHECK(hash->hex() == std::string(64, 'a'));
    CHECK_FALSE(base::PaymentHash::from_hex(text.substr(1)).has_value());
    CHECK_FALSE(base::PaymentHash::from_hex(text + "a").has_value());
    CHECK_FALSE(base::PaymentHash::from_hex(text + "aa").has_value());
    CHECK_FALSE(base::PaymentHash::from_hex("").has_value());
    CHECK(base::NodeId::from_hex(std::string(66, '2')).has_value());
    CHECK_FALSE(base::NodeId::from_hex(std::string(64, '2')).has_value());
}

TEST_CASE("byte strings of one kind compare and hash; two kinds are different types") {
    auto a = *base::PaymentHash::from_hex(std::string(64, '1'));
    const auto b = *base::PaymentHash::from_hex(std::string(64, '2'));
    CHECK(a < b);
    CHECK(a != b);
    std::unordered_set<base::PaymentHash> set{a, b, a};
    CHECK(set.size() == 2);
    a.bytes[0] = 0xff;
    CHECK(a > b);
    CHECK_FALSE(set.contains(a));
    static_assert(!std::is_convertible_v<base::PaymentHash, base::Preimage>);
    static_assert(!std::is_same_v<base::PaymentHash, base::Preimage>);
}

} // namespace hex_test

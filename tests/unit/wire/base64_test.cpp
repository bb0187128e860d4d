// base64 as Go reads it. Bytes and error positions are those of Go 1.26's encoding/base64, written down from a run.
#include "wire/base64.hpp"

#include "base/hex.hpp"

#include <doctest/doctest.h>

namespace base64_test {

using wire::Base64Alphabet;

namespace {

/// The bytes in hex, or `error N`.
std::string read(std::string_view text, Base64Alphabet alphabet) {
    const auto bytes = wire::from_base64(text, alphabet);
    if (!bytes)
        return "error " + std::to_string(bytes.error());
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()});
}

} // namespace

TEST_CASE("padded base64 is read, with line feeds and with bits that are too many") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},       {"AAAA", "000000"}, {"AA==", "00"},     {"AAA=", "0000"},
        {"AB==", "00"}, {"AA==\n", "00"},   {"TWFu", "4d616e"}, {"A\nA=\r\n=\n", "00"},
    };
    for (const auto& [text, bytes] : cases) {
        CHECK(read(text, Base64Alphabet::standard) == bytes);
        CHECK(read(text, Base64Alphabet::url) == bytes);
    }
}

TEST_CASE("each alphabet has its own last two digits") {
    CHECK(read("+/+/", Base64Alphabet::standard) == "fbffbf");
    CHECK(read("+/+/", Base64Alphabet::url) == "error 0");
    CHECK(read("-_-_", Base64Alphabet::standard) == "error 0");
    CHECK(read("-_-_", Base64Alphabet::url) == "fbffbf");
}

TEST_CASE("an error names the byte that Go names") {
    const std::pair<std::string_view, std::size_t> cases[] = {
        {"A", 0},     {"AA", 0},    {"AAA", 0},      {"AAAAA", 4}, {"AAAAAA", 4}, {"AAAAAAA", 4}, {"AA=", 3},
        {"AA=\n", 4}, {"AA=A", 2},  {"A===", 1},     {"AAA==", 4}, {"AAAA=", 4},  {"AA===", 4},   {"=", 0},
        {"====", 0},  {"AA==x", 4}, {"AA==AA==", 4}, {"AAA=A", 4}, {"AA AA", 2},  {"AAAA*", 4},   {{"AAA\0", 4}, 3},
    };
    for (const auto& one : cases)
        for (const auto alphabet : {Base64Alphabet::standard, Base64Alphabet::url})
            CHECK_MESSAGE(read(one.first, alphabet) == "error " + std::to_string(one.second), one.first);
}

} // namespace base64_test

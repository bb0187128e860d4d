// What clients send as a macaroon. The rune is the example of lightning-createrune(7); the macaroons are those of
// macaroon_test.cpp; Go's texts are written down from a run of encoding/hex.
#include "lndapi/credential.hpp"

#include "base/hex.hpp"
#include "lndapi/macaroon.hpp"
#include "wire/base64.hpp"

#include <cctype>

#include <doctest/doctest.h>

namespace credential_test {

using Texts = std::vector<std::string>;

namespace {

const std::string rune = "KUhZzNlECC7pYsz3QVbF1TqjIUYi3oyESTI7n60hLMs9MA==";

std::string hex(std::string_view bytes) {
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string wrapped(const std::string& storage_id, const Texts& caveats = {}) {
    const auto id = lndapi::write_macaroon_id({"0123456789abcdef", storage_id, {{"offchain", {"read"}}}});
    return hex(lndapi::write_macaroon({"lnd", id, caveats, std::string(32, 's')}));
}

std::string refusal(std::string_view value) {
    const auto credential = lndapi::read_credential(value);
    return credential ? "no refusal" : credential.error();
}

std::string upper(std::string text) {
    for (auto& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

} // namespace

TEST_CASE("the rune is found in each of the four spellings") {
    const auto bytes = *wire::from_base64(rune, wire::Base64Alphabet::url);
    for (const auto& value : {wrapped(rune), hex(rune), hex(rune + "\n"), hex(bytes), rune, upper(hex(bytes))}) {
        const auto credential = lndapi::read_credential(value);
        REQUIRE_MESSAGE(credential.has_value(), value);
        CHECK(credential->rune == rune);
        CHECK(credential->caveats.empty());
    }
}

TEST_CASE("caveats around a rune are reported") {
    const Texts caveats{"time-before 2030-01-01T00:00:00Z", "ipaddr 127.0.0.1"};
    CHECK(lndapi::read_credential(wrapped(rune, caveats))->caveats == caveats);
}

TEST_CASE("anything else is refused with LND's texts") {
    CHECK(refusal("") == "empty macaroon data");
    CHECK(refusal("00") == "cannot determine data format of binary-encoded macaroon");
    CHECK(refusal("0") == "encoding/hex: odd length hex string");
    CHECK(refusal("zz") == "encoding/hex: invalid byte: U+007A 'z'");
    CHECK(refusal("0z") == "encoding/hex: invalid byte: U+007A 'z'");
    CHECK(refusal("00'") == "encoding/hex: invalid byte: U+0027 '''");
    CHECK(refusal("z") == "encoding/hex: invalid byte: U+007A 'z'");
    CHECK(refusal("\xc3\xa9"
                  "0") == "encoding/hex: invalid byte: U+00C3 '\xc3\x83'");
    CHECK(refusal("\x01") == "encoding/hex: invalid byte: U+0001");
    CHECK(refusal(wrapped("0")) == "verification failed: signature mismatch after caveat verification");
    CHECK(refusal(hex(lndapi::write_macaroon({"", "x", {}, std::string(32, 's')}))) == "invalid ID");
    CHECK(refusal(hex(std::string(32, '\xaa') + "\x01")) == "cannot determine data format of binary-encoded macaroon");
    CHECK(refusal("02") == "unmarshal v2: section extends past end of buffer");
    CHECK(refusal(wrapped(rune).substr(0, 100)) == "unmarshal v2: field data extends past end of buffer");
    CHECK(refusal(hex(lndapi::write_macaroon({"", "", {}, std::string(32, 's')}))) == "invalid ID");
    CHECK(refusal(hex(lndapi::write_macaroon({"", "\x03", {}, std::string(32, 's')}))) ==
          "cannot retrieve macaroon: no operations found in macaroon");
    CHECK(refusal(hex(lndapi::write_macaroon({"", "\x03\x12\x05x", {}, std::string(32, 's')}))) ==
          "cannot retrieve macaroon: cannot unmarshal macaroon id: proto: cannot parse invalid wire-format data");
}

TEST_CASE("printable bytes are not those of a rune") {
    const auto none = "cannot determine data format of binary-encoded macaroon";
    CHECK(refusal(hex(R"({"v":2,"l":"lnd","i":"some identifier of a macaroon","s64":"AAAA"})")) == none);
    CHECK(refusal(hex("XgEDbG5kAvgBAwoQMDEyMzQ1Njc4OWFiY2RlZhIBMBo!")) == none);
    CHECK(refusal(hex(wrapped(rune))).starts_with("unmarshal v1: ")); // hex twice
}

TEST_CASE("what follows a macaroon is ignored, as LND ignores it") {
    CHECK(lndapi::read_credential(wrapped(rune) + "00")->rune == rune);
    CHECK(lndapi::read_credential(wrapped(rune) + wrapped("0"))->rune == rune);
}

TEST_CASE("bytes that may be a rune are passed on, although LND would call them malformed") {
    const auto bytes = "\x02" + std::string(31, '\xee') + "method=getinfo";
    CHECK(lndapi::read_credential(hex(bytes)).has_value());
}

TEST_CASE("a rune in hex may be as long as one in base64url") {
    const std::string longest = std::string(32, '\x01') + std::string(3072 - 32, 'a');
    const auto credential = lndapi::read_credential(hex(longest));
    REQUIRE(credential.has_value());
    CHECK(lndapi::looks_like_rune(credential->rune));
    CHECK_FALSE(lndapi::read_credential(hex(longest + 'a')).has_value());
}

TEST_CASE("only base64url of 32 bytes and printable restrictions looks like a rune") {
    CHECK(lndapi::looks_like_rune(rune));
    CHECK(lndapi::looks_like_rune(rune.substr(0, rune.find('=')))); // without padding
    CHECK_FALSE(lndapi::looks_like_rune(""));
    CHECK_FALSE(lndapi::looks_like_rune("AAAA"));
    CHECK_FALSE(lndapi::looks_like_rune(rune + "!"));
    CHECK_FALSE(lndapi::looks_like_rune(rune + "\n"));
    CHECK_FALSE(lndapi::looks_like_rune("\r" + rune.substr(0, 20) + "\n\n\n" + rune.substr(20)));
    CHECK_FALSE(lndapi::looks_like_rune(std::string(44, 'A') + "AAAA")); // NUL bytes as restrictions
    CHECK_FALSE(lndapi::looks_like_rune(std::string(8000, 'A')));
}

TEST_CASE("the end of a rune is its first time without another alternative") {
    const auto end = [](const std::string& restrictions) -> std::int64_t {
        const auto text = hex(std::string(32, '\xee') + restrictions);
        const auto found = lndapi::rune_end(lndapi::read_credential(text)->rune);
        return found ? found->time_since_epoch().count() : -1;
    };
    CHECK(end("=7&time<1700000000") == 1'700'000'000);
    CHECK(end("time<1700000000") == 1'700'000'000);
    CHECK(end("=7&method=a|method=b&time<0") == 0);
    CHECK(end("=7&time<1700000009&method^list&time<1700000005&time<1700000007") == 1'700'000'005);
    CHECK(end("=7&time<4294967295") == 4'294'967'295);
    // Another alternative may hold later.
    for (const auto* open : {"=7&time<1700000000|method=getinfo", "=7&method=getinfo|time<1700000000", "=7&method=a"})
        CHECK_MESSAGE(end(open) == -1, open);
    // Other conditions of the time, and what is no plain number.
    for (const auto* other :
         {"=7&time=1700000000", "=7&time>1700000000", "=7&time/1700000000", "=7&time{1700000000", "=7&time!",
          "=7&time#<1700000000", "=7&times<1700000000", "=7&time <1700000000", "=7&time<", "=7&time<-5", "=7&time<+5",
          "=7&time< 5", "=7&time<5s", "=7&time<4294967296", "=7&time<99999999999999999999", "=7&time<\\5"})
        CHECK_MESSAGE(end(other) == -1, other);
    // An escaped `&` or `|` is a part of a value.
    CHECK(end("=7&pnamelabel=a\\&time<1700000000") == -1);
    CHECK(end("=7&pnamelabel=a\\\\&time<1700000000") == 1'700'000'000);
    CHECK(end("=7&pnamelabel=a\\") == -1);
    CHECK_FALSE(lndapi::rune_end(rune));
    CHECK_FALSE(lndapi::rune_end("no rune!"));
    CHECK_FALSE(lndapi::rune_end("AAAA"));
}

} // namespace credential_test

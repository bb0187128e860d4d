// Macaroons, against bytes that gopkg.in/macaroon.v2 v2.1.0 made, written down from a run.
#include "lndapi/macaroon.hpp"

#include "base/hex.hpp"

#include <doctest/doctest.h>

namespace macaroon_test {

using Texts = std::vector<std::string>;

namespace {

const std::string rune = "nEd5TW7dGfO1i1FIhhaXbm7Er7rSLDZUSa6yRd-6B489MTEmbWV0aG9kPXRyYWNrcGF5bWVudHM=";

/// As lnd makes them: location `lnd`, root key 0, offchain:read.
const std::string of_lnd =
    "0201036c6e640228030a10303132333435363738396162636465661201301a100a086f6666636861696e1204726561640000"
    "0620f9ec0c58457d0a25f1b49fe82e5086edde3a473ecf2601134afb0a31cf497ff6";
/// The same with a rune as storage id.
const std::string with_rune =
    "0201036c6e640273030a1030313233343536373839616263646566124c6e4564355457376447664f31693146496868615862"
    "6d3745723772534c445a555361367952642d36423438394d54456d625756306147396b5058527959574e7263474635625756"
    "7564484d3d1a100a086f6666636861696e1204726561640000062080499621b945f7f10dd89b2f8d1c008754129c30582767"
    "7baf47b27053a7e214";
/// A rune, no permission, two caveats.
const std::string with_caveats =
    "0201036c6e640261030a1030313233343536373839616263646566124c6e4564355457376447664f31693146496868615862"
    "6d3745723772534c445a555361367952642d36423438394d54456d625756306147396b5058527959574e7263474635625756"
    "7564484d3d00022074696d652d6265666f726520323033302d30312d30315430303a30303a30305a00021069706164647220"
    "3132372e302e302e3100000620d7cdd7cad8e3e4a76fe4a9fb036ed1c337ac41c35196a9d7c240a11a0d76f72a";
const std::string without_location =
    "020216030a10303132333435363738396162636465661201300000062085fd3a762add05ad061301915e5fdc395a531bad95"
    "635d34d077aa7ac181af41";

/// The same in version 1, with a caveat.
const std::string version_1 =
    "303031316c6f636174696f6e206c6e640a303031326964656e7469666965722069640a30303063636964206120620a303032"
    "667369676e617475726520e66b4c99fe4cef12f9d2971c1ee307237a34916d1c079bd1ca4fa427ff811c130a";

std::string bytes(const std::string& hex) {
    std::vector<std::uint8_t> raw(hex.size() / 2);
    REQUIRE(base::from_hex(hex, raw));
    return {raw.begin(), raw.end()};
}

std::string hex(const std::string& raw) {
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

} // namespace

TEST_CASE("a macaroon of Go's library is read, and written again to the same bytes") {
    for (const auto& text : {of_lnd, with_rune, with_caveats, without_location}) {
        const auto macaroon = lndapi::read_macaroon(bytes(text));
        REQUIRE(macaroon.has_value());
        CHECK(hex(lndapi::write_macaroon(*macaroon)) == text);
        const auto id = lndapi::read_macaroon_id(macaroon->id);
        REQUIRE(id.has_value());
        CHECK(lndapi::write_macaroon_id(*id) == macaroon->id);
    }
}

TEST_CASE("location, id, permissions and caveats are those that were given") {
    const auto plain = *lndapi::read_macaroon(bytes(of_lnd));
    CHECK(plain.location == "lnd");
    CHECK(plain.caveats.empty());
    const auto id = *lndapi::read_macaroon_id(plain.id);
    CHECK(id.nonce == "0123456789abcdef");
    CHECK(id.storage_id == "0");
    REQUIRE(id.ops.size() == 1);
    CHECK(id.ops[0].entity == "offchain");
    CHECK(id.ops[0].actions == Texts{"read"});
    CHECK(lndapi::read_macaroon_id(lndapi::read_macaroon(bytes(with_rune))->id)->storage_id == rune);
    CHECK(lndapi::read_macaroon(bytes(with_caveats))->caveats ==
          Texts{"time-before 2030-01-01T00:00:00Z", "ipaddr 127.0.0.1"});
    CHECK(lndapi::read_macaroon(bytes(without_location))->location.empty());
}

TEST_CASE("bytes after the signature are ignored, a macaroon that was cut is none") {
    const auto whole = bytes(with_caveats);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(lndapi::read_macaroon(whole.substr(0, size)).has_value());
    CHECK(lndapi::read_macaroon(whole + '\0')->caveats == lndapi::read_macaroon(whole)->caveats);
}

TEST_CASE("what is no macaroon is refused with the text of Go's library") {
    const std::pair<std::string, std::string> cases[] = {
        {"", "empty macaroon data"},
        {"00", "cannot determine data format of binary-encoded macaroon"},
        {"0302017800", "cannot determine data format of binary-encoded macaroon"},
        {"02", "unmarshal v2: section extends past end of buffer"},
        {"0201", "unmarshal v2: varint value extends past end of buffer"},
        {"020180", "unmarshal v2: varint value extends past end of buffer"},
        {"020202ffffffff7f", "unmarshal v2: varint value extends past end of buffer"},
        {"0202ffffffff0f78", "unmarshal v2: varint value out of range"},
        {"0202ffffffffffffffffff0278", "unmarshal v2: varint value out of range"},
        {of_lnd.substr(0, 60), "unmarshal v2: field data extends past end of buffer"},
        {"0201017800", "unmarshal v2: invalid macaroon header"},
        {"0202017800020163020164000006", "unmarshal v2: fields out of order"},
        {"020201780001016c000006", "unmarshal v2: no identifier in caveat"},
        {"0202017800040176000006", "unmarshal v2: no identifier in caveat"},
        {"020201780001016c0201630000", "unmarshal v2: location not allowed in first party caveat"},
        {"02020178000201630301760000", "unmarshal v2: invalid field found in caveat"},
        {"02020178000201630401760501770000", "unmarshal v2: extra fields found in caveat"},
        {"020201780000", "unmarshal v2: varint value extends past end of buffer"},
        {"02020178000000", "unmarshal v2: unexpected field found instead of signature"},
        {"020201780000060161", "unmarshal v2: signature has unexpected length"},
    };
    for (const auto& one : cases) {
        const auto macaroon = lndapi::read_macaroon(bytes(one.first));
        REQUIRE_FALSE(macaroon.has_value());
        CHECK_MESSAGE(macaroon.error() == one.second, one.first);
    }
}

TEST_CASE("version 1 is refused, whole or malformed") {
    const std::pair<std::string, std::string> cases[] = {
        {bytes(version_1), "unknown macaroon version: v1"},
        {bytes(version_1).substr(0, 40), "unmarshal v1: packet too short"},
        {"0", "unmarshal v1: packet too short"},
        {"0zzzzz", "unmarshal v1: cannot parse size"},
        {"ffff a", "unmarshal v1: packet size too big"},
        {"0003aa", "unmarshal v1: packet size too small"},
        {"0006aa", "unmarshal v1: cannot parse field name"},
        {"0007a b", "unmarshal v1: no terminating newline found"},
        {"0007x \n", "unmarshal v1: unexpected field \"x\"; expected location"},
        {"0011location lnd\n0011identifier x\n000bx abcd\n", "unmarshal v1: unexpected field \"x\""},
        {"0011location lnd\n0011identifier x\n0010signature x\n", "unmarshal v1: signature has unexpected length 1"},
        {"0011location lnd\n0011identifier x\n000acid x\n000avid v\n000avid v\n",
         "unmarshal v1: repeated field \"vid\" in caveat"},
    };
    for (const auto& [text, reason] : cases)
        CHECK(lndapi::read_macaroon(text).error() == reason);
}

TEST_CASE("a caveat of a third party is refused") {
    lndapi::Macaroon macaroon{"", "id", {"x"}, std::string(32, 's')};
    auto third = lndapi::write_macaroon(macaroon);
    const auto at = third.find(std::string("x\0", 2)) + 1;
    third.insert(at, std::string("\x04\x01v", 3)); // a verification id
    CHECK(lndapi::read_macaroon(third).error() ==
          "verification failed: failed to decrypt caveat 0 signature: decryption failure");
}

TEST_CASE("an id that lnd's bakery would refuse is none") {
    CHECK_FALSE(lndapi::read_macaroon_id("").has_value());
    CHECK_FALSE(lndapi::read_macaroon_id("x").has_value());
    CHECK_FALSE(lndapi::read_macaroon_id("\x02\x12\x01"
                                         "0")
                    .has_value());
    CHECK_FALSE(lndapi::read_macaroon_id("\x03\x12\x05"
                                         "0")
                    .has_value());
    CHECK_FALSE(lndapi::read_macaroon_id("\x03\x1a\x02\x0a\x09").has_value());
    CHECK(lndapi::read_macaroon_id("\x03").has_value());
}

} // namespace macaroon_test

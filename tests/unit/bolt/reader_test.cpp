#include "bolt/reader.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

namespace reader_test {

using bolt::Reader;
using std::string_view;
using wire::hex;
using wire::Octets;

TEST_CASE("numbers are read big endian, one after the other") {
    const Octets bytes = hex("01"
                             "0203"
                             "04050607"
                             "08090a0b0c0d0e0f"
                             "10");
    Reader reader(bytes);
    CHECK(reader.u8() == 0x01);
    CHECK(reader.u16() == 0x0203);
    CHECK(reader.u32() == 0x04050607);
    CHECK(reader.u64() == 0x08090a0b0c0d0e0f);
    CHECK(reader.left() == 1);
    CHECK(reader.rest().front() == 0x10);
    CHECK(reader.empty());
    reader.end();
    CHECK(reader.ok());
}

TEST_CASE("the first failure is kept, and nothing is read after it") {
    const Octets bytes = hex("0102030405");
    Reader reader(bytes);
    CHECK(reader.u16() == 0x0102);
    CHECK(reader.u32() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.tu64() == 0);
    CHECK(reader.big_size() == 0);
    CHECK(reader.bytes(1).empty());
    CHECK(reader.rest().empty());
    CHECK(reader.array<2>() == std::array<std::uint8_t, 2>{});
    reader.fail("a later failure");
    REQUIRE(reader.error());
    CHECK(*reader.error() == bolt::Error{"the bytes end too early", 2});
    CHECK(to_string(*reader.error()) == "the bytes end too early at byte 2");
}

TEST_CASE("a length larger than any buffer is refused") {
    const Octets bytes = hex("0102");
    Reader reader(bytes);
    CHECK(reader.bytes(UINT64_MAX).empty());
    CHECK_FALSE(reader.ok());
}

TEST_CASE("an error in a nested part gives its offset in the whole") {
    const Octets bytes = hex("00010203040506");
    Reader reader(bytes);
    reader.u16();
    Reader part = reader.part(3);
    CHECK(part.u16() == 0x0203);
    part.u16();
    REQUIRE(part.error());
    CHECK(part.error()->offset == 4);
    CHECK(reader.ok());
    CHECK(reader.u16() == 0x0506);
    CHECK(reader.part(1).empty());
    CHECK_FALSE(reader.ok());
}

TEST_CASE("bytes left over at the end are an error") {
    const Octets bytes = hex("0102");
    Reader reader(bytes);
    reader.u8();
    reader.end();
    REQUIRE(reader.error());
    CHECK(reader.error()->offset == 1);
}

// The test vectors of BOLT 1, appendix A, and one more at each border.
TEST_CASE("a BigSize is read in its shortest form") {
    for (const std::uint64_t value :
         {0ULL, 1ULL, 252ULL, 253ULL, 65535ULL, 65536ULL, 4294967295ULL, 4294967296ULL, 18446744073709551615ULL}) {
        const Octets bytes = wire::big_size(value);
        Reader reader(bytes);
        CHECK(reader.big_size() == value);
        reader.end();
        CHECK(reader.ok());
    }
    const Octets literal = hex("fd00fd"
                               "fe00010000"
                               "ff0000000100000000"
                               "fc");
    Reader reader(literal);
    CHECK(reader.big_size() == 253);
    CHECK(reader.big_size() == 65536);
    CHECK(reader.big_size() == 4294967296);
    CHECK(reader.big_size() == 252);
    CHECK(reader.ok());
}

TEST_CASE("a BigSize not in its shortest form is refused") {
    for (const string_view text : {"fd00fc", "fd0000", "fe0000ffff", "fe00000000", "ff00000000ffffffff"}) {
        const Octets bytes = hex(text);
        Reader reader(bytes);
        CHECK(reader.big_size() == 0);
        REQUIRE(reader.error());
        CHECK(reader.error()->offset == 0);
    }
}

TEST_CASE("a BigSize that ends too early is refused") {
    for (const string_view text : {"", "fd", "fd00", "fe", "feffff", "ff", "ffffffffff"}) {
        const Octets bytes = hex(text);
        Reader reader(bytes);
        CHECK(reader.big_size() == 0);
        CHECK_FALSE(reader.ok());
    }
}

TEST_CASE("a truncated integer takes all bytes left; none are 0") {
    for (const std::uint64_t value : {0ULL, 1ULL, 255ULL, 256ULL, 65536ULL, 16777216ULL, 4294967295ULL, 4294967296ULL,
                                      1099511627776ULL, 18446744073709551615ULL}) {
        const Octets bytes = wire::truncated(value);
        Reader reader(bytes);
        CHECK(reader.tu64() == value);
        CHECK(reader.ok());
        CHECK(reader.empty());
    }
    const Octets height = hex("ffffffff");
    Reader reader(height);
    CHECK(reader.tu32() == 0xffffffff);
    CHECK(reader.ok());
}

TEST_CASE("a truncated integer with a leading zero or too many bytes is refused") {
    for (const string_view text : {"00", "0001", "0000000000000001", "010000000000000000"}) {
        const Octets bytes = hex(text);
        Reader reader(bytes);
        CHECK(reader.tu64() == 0);
        CHECK_FALSE(reader.ok());
    }
    const Octets long_for_a_height = hex("0100000000");
    Reader reader(long_for_a_height);
    CHECK(reader.tu32() == 0);
    CHECK_FALSE(reader.ok());
}

} // namespace reader_test

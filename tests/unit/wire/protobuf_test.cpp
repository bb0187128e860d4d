// Protocol Buffers on the wire. The expected bytes are written by hand from protobuf.dev, "Encoding".
#include "wire/protobuf.hpp"

#include <doctest/doctest.h>

namespace protobuf_test {

using namespace std::string_literals;
using wire::ProtobufReader;
using wire::ProtobufWriter;

namespace {

std::string refusal(std::string_view message) {
    ProtobufReader reader(message);
    while (!reader.done())
        if (const auto field = reader.next(); !field)
            return field.error();
    return "";
}

} // namespace

TEST_CASE("integers are varints; fields with the default value are left out") {
    std::string out;
    ProtobufWriter writer(out);
    writer.integer(1, 150);
    writer.integer(2, 0);
    writer.integer(16, 1);
    writer.bytes(2, "testing");
    writer.bytes(3, "");
    CHECK(out == "\x08\x96\x01\x80\x01\x01\x12\x07testing"s);
}

TEST_CASE("a negative int64 has ten bytes") {
    std::string out;
    ProtobufWriter(out).integer(1, static_cast<std::uint64_t>(-2));
    CHECK(out == "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST_CASE("a message has its length before it, also an empty or a long one") {
    std::string out;
    ProtobufWriter writer(out);
    writer.end(writer.begin(3));
    const auto begun = writer.begin(3);
    writer.bytes(1, std::string(200, 'x'));
    writer.end(begun);
    CHECK(out == "\x1a\x00\x1a\xcb\x01\x0a\xc8\x01"s + std::string(200, 'x'));
}

TEST_CASE("the reader gives back each field in its order") {
    const auto message = "\x08\x96\x01\x12\x03"s + "abc" + "\x1d\x01\x02\x03\x04" + "\x21\x01\0\0\0\0\0\0\x80"s;
    ProtobufReader reader(message);
    const auto first = reader.next();
    REQUIRE(first.has_value());
    CHECK((first->number == 1 && first->integer == 150 && !first->is_bytes));
    const auto second = reader.next();
    REQUIRE(second.has_value());
    CHECK((second->number == 2 && second->bytes == "abc" && second->is_bytes));
    const auto third = reader.next();
    REQUIRE(third.has_value());
    CHECK((third->number == 3 && third->integer == 0x04030201));
    const auto fourth = reader.next();
    REQUIRE(fourth.has_value());
    CHECK((fourth->number == 4 && fourth->integer == 0x8000000000000001));
    CHECK(reader.done());
}

TEST_CASE("a group is one field without a value") {
    const auto message = "\x0b\x08\x05\x12\x01x\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0\x13\x13\x14\x14\x0c\x18\x07"s;
    ProtobufReader reader(message);
    const auto group = reader.next();
    REQUIRE(group.has_value());
    CHECK((group->number == 1 && group->integer == 0 && !group->is_bytes && !group->is_varint));
    const auto next = reader.next();
    REQUIRE(next.has_value());
    CHECK((next->number == 3 && next->integer == 7 && next->is_varint));
    CHECK(reader.done());
    CHECK(refusal(std::string(50'000, '\x0b') + std::string(50'000, '\x0c')).empty());
}

TEST_CASE("bytes that are no message are refused") {
    CHECK(refusal("\x08"s) == "a malformed integer");
    CHECK(refusal("\x08\xff"s) == "a malformed integer");
    CHECK(refusal("\x08" + std::string(9, '\xff') + "\x02") == "a malformed integer"); // 65 bits
    CHECK(refusal("\x80"s) == "a malformed field number");
    CHECK(refusal("\x00\x01"s) == "a malformed field number");
    CHECK(refusal("\x12\x05"s + "abc") == "a field longer than its message");
    CHECK(refusal("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) == "a field longer than its message");
    CHECK(refusal("\x0d\x01\x02"s) == "a malformed integer");
    CHECK(refusal("\x09\x01\x02"s) == "a malformed integer");
    CHECK(refusal("\x0e"s) == "an unknown wire type");
    CHECK(refusal("\x0c"s) == "an unknown wire type"); // the end of a group that did not begin
    for (const auto& group :
         {"\x0b"s, "\x0b\x14"s, "\x0b\x0e\x0c"s, "\x0b\x08"s, "\x0b\x12\x05\x0c"s, "\x0b\x0d\x0c"s, "\x0b\x13\x0c"s})
        CHECK(refusal(group) == "a malformed group");
}

} // namespace protobuf_test

// gRPC frames, status and timeouts (gRPC's "PROTOCOL-HTTP2").
#include "lndapi/grpc_frame.hpp"

#include <doctest/doctest.h>

namespace grpc_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using lndapi::GrpcCode;

namespace {

std::string frame(std::string_view message) {
    std::string bytes;
    lndapi::append_grpc_head(bytes, message.size());
    return bytes.append(message);
}

/// The message, or `code text`.
std::string read(const std::string& bytes, bool streaming) {
    const auto message = lndapi::read_grpc_message(bytes, streaming);
    return message ? std::string(*message)
                   : std::to_string(static_cast<int>(message.error().code)) + " " + message.error().message;
}

std::string why_malformed(const char* timeout) {
    const auto read = lndapi::read_grpc_timeout(timeout);
    return read ? "well formed" : read.error();
}

} // namespace

TEST_CASE("a frame has a flag and a length in front") {
    CHECK(frame("ab") == "\0\0\0\0\2ab"s);
    CHECK(frame(std::string(70000, 'x')).substr(0, 5) == "\0\0\1\x11\x70"s);
}

TEST_CASE("a request is one plain message") {
    for (const bool streaming : {true, false})
        for (const auto& message : {""s, "\x08\x01"s, std::string(lndapi::longest_grpc_request, 'x')}) {
            CHECK(read(frame(message), streaming) == message);
            CHECK(read(frame(message) + "x", streaming) == message); // as grpc-go
        }
}

TEST_CASE("a request that is not one plain message is refused with grpc-go's code and text") {
    for (const bool streaming : {true, false}) {
        const auto code = streaming ? "13 "s : "2 "s;
        for (const auto& no_message : {""s, "\0\0\0\0"s})
            CHECK(read(no_message, streaming) ==
                  (streaming ? "13 cardinality violation: received no request message from non-client-streaming RPC"
                             : "2 EOF"));
        CHECK(read("\0\0\0\0\2a"s, streaming) == code + "unexpected EOF");
        CHECK(read("\1\0\0\0\0"s, streaming) == "13 grpc: compressed flag set with identity or empty encoding");
        CHECK(read("\2\0\0\0\0"s, streaming) == "13 grpc: received unexpected payload format 2");
        CHECK(read("\0\xff\xff\xff\xff"s, streaming) ==
              "8 grpc: received message larger than max (4294967295 vs. 65536)");
        CHECK(read("\0\0\1\0\1"s, streaming) == "8 grpc: received message larger than max (65537 vs. 65536)");
        CHECK(read(frame("a") + frame("b"), streaming) ==
              (streaming ? "13 cardinality violation: received multiple request messages for non-client-streaming RPC"
                         : "a"));
    }
}

TEST_CASE("a timeout is digits and a unit") {
    CHECK(lndapi::read_grpc_timeout("1H") == 1h);
    CHECK(lndapi::read_grpc_timeout("2M") == 2min);
    CHECK(lndapi::read_grpc_timeout("0S") == 0s);
    CHECK(lndapi::read_grpc_timeout("00000030m") == 30ms);
    CHECK(lndapi::read_grpc_timeout("99999999u") == 99999999us);
    CHECK(lndapi::read_grpc_timeout("7n") == 7ns);
    CHECK(lndapi::read_grpc_timeout("99999999H") == std::chrono::hours(24 * 365 * 100));
}

TEST_CASE("a malformed timeout is refused with grpc-go's sentence") {
    CHECK(why_malformed("") == "transport: timeout string is too short: \"\"");
    CHECK(why_malformed("S") == "transport: timeout string is too short: \"S\"");
    CHECK(why_malformed("123456789S") == "transport: timeout string is too long: \"123456789S\"");
    CHECK(why_malformed("1X") == "transport: timeout unit is not recognized: \"1X\"");
    CHECK(why_malformed("1s") == "transport: timeout unit is not recognized: \"1s\"");
    for (const std::string digits : {"-1", "+1", "1 ", "1.5", "1S"})
        CHECK(why_malformed((digits + "S").c_str()) == "strconv.ParseUint: parsing \"" + digits + "\": invalid syntax");
}

TEST_CASE("a message is percent-encoded for its trailer") {
    CHECK(lndapi::percent_encoded("permission denied") == "permission denied");
    CHECK(lndapi::percent_encoded("100 %\n\x7f\xc3\xa9~") == "100 %25%0A%7F%C3%A9~");
}

TEST_CASE("each code has the HTTP status of grpc-gateway") {
    CHECK(lndapi::http_status(GrpcCode::ok) == 200);
    CHECK(lndapi::http_status(GrpcCode::cancelled) == 499);
    CHECK(lndapi::http_status(GrpcCode::unknown) == 500);
    CHECK(lndapi::http_status(GrpcCode::invalid_argument) == 400);
    CHECK(lndapi::http_status(GrpcCode::deadline_exceeded) == 504);
    CHECK(lndapi::http_status(GrpcCode::not_found) == 404);
    CHECK(lndapi::http_status(GrpcCode::resource_exhausted) == 429);
    CHECK(lndapi::http_status(GrpcCode::unimplemented) == 501);
    CHECK(lndapi::http_status(GrpcCode::internal) == 500);
    CHECK(lndapi::http_status(GrpcCode::unavailable) == 503);
}

} // namespace grpc_test

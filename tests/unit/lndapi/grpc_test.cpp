// gRPC frames, status and timeouts (gRPC's "PROTOCOL-HTTP2").
#include "lndapi/grpc_frame.hpp"

#include <doctest/doctest.h>

namespace grpc_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using lndapi::GrpcCode;
using lndapi::GrpcRequestReader;

namespace {

/// The message, or `code text`.
std::string read(const std::string& bytes, std::size_t piece) {
    GrpcRequestReader reader;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        if (const auto fed = reader.feed(std::string_view(bytes).substr(at, piece)); !fed)
            return std::to_string(static_cast<int>(fed.error().code)) + " " + fed.error().message;
    const auto message = reader.finish();
    return message ? *message : std::to_string(static_cast<int>(message.error().code)) + " " + message.error().message;
}

} // namespace

TEST_CASE("a frame has a flag and a length in front") {
    CHECK(lndapi::grpc_frame("ab") == "\0\0\0\0\2ab"s);
    CHECK(lndapi::grpc_frame(std::string(70000, 'x')).substr(0, 5) == "\0\0\1\x11\x70"s);
}

TEST_CASE("a request is read in pieces of any size") {
    for (const auto& message : {""s, "\x08\x01"s, std::string(GrpcRequestReader::most, 'x')})
        for (const std::size_t piece : {1UL, 2UL, 5UL, 100000UL})
            CHECK(read(lndapi::grpc_frame(message), piece) == message);
}

TEST_CASE("a request that is not exactly one plain message is refused") {
    for (const std::size_t piece : {1UL, 1000000UL}) {
        CHECK(read("", piece) == "13 unexpected EOF");
        CHECK(read("\0\0\0\0"s, piece) == "13 unexpected EOF");
        CHECK(read("\0\0\0\0\2a"s, piece) == "13 unexpected EOF");
        CHECK(read("\1\0\0\0\0"s, piece) == "12 grpc: compressed requests are not supported");
        CHECK(read("\2\0\0\0\0"s, piece) == "13 grpc: received unexpected payload format 2");
        CHECK(read("\0\xff\xff\xff\xff"s, piece) == "8 grpc: received message larger than max (4294967295 vs. 65536)");
        CHECK(read("\0\0\1\0\1"s, piece) == "8 grpc: received message larger than max (65537 vs. 65536)");
        CHECK(read("\0\0\0\0\0x"s, piece) == "13 grpc: more than one request message");
        CHECK(read(lndapi::grpc_frame(std::string(GrpcRequestReader::most, 'x')) + std::string(100000, 'y'), piece) ==
              "13 grpc: more than one request message");
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
    for (const auto* malformed : {"", "1", "S", "123456789S", "1s", "-1S", "+1S", "1 S", "1.5S", "1SS"})
        CHECK_FALSE(lndapi::read_grpc_timeout(malformed).has_value());
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

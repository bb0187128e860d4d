#include "lndapi/grpc_output.hpp"
#include "lndapi/rest_output.hpp"

#include "fake_exchange.hpp"
#include "lndapi/grpc_frame.hpp"
#include "wire/protobuf.hpp"

#include <doctest/doctest.h>

namespace output_test {

using unit::FakeExchange;

namespace {

lndapi::Item item(std::string json, const char* cursor = nullptr) {
    consumer::Snapshot payment;
    payment.json = std::move(json);
    return {std::make_shared<const lndapi::Frame>(std::make_shared<const consumer::Snapshot>(std::move(payment))),
            cursor ? std::make_shared<const std::string>(cursor) : nullptr};
}

std::string written(const lndapi::Output& output, const lndapi::Item& payment) {
    std::string out;
    CHECK(output.payment(out, payment));
    return out;
}

const lndapi::Failure not_found{{lndapi::GrpcCode::not_found, "payment isn't initiated"}};

} // namespace

TEST_CASE("gRPC sends a Payment as a frame, with its cursor only if the client asked for cursors") {
    const auto payment = item(R"({"payment_hash":"ab"})", "c1");
    const auto plain = written(lndapi::GrpcOutput(false), payment);
    CHECK(plain == std::string("\0\0\0\0\4\x0a\2ab", 9));
    const auto with = written(lndapi::GrpcOutput(true), payment);
    const auto message = lndapi::read_grpc_message(with, true).value();
    CHECK(message.starts_with(plain.substr(5)));
    wire::ProtobufReader fields(message);
    REQUIRE(fields.next()->number == 1);
    const auto cursor = fields.next();
    CHECK(cursor->number == 50'000);
    CHECK(cursor->bytes == "c1");
    CHECK(fields.done());
}

TEST_CASE("gRPC does not send JSON that is no Payment") {
    std::string out;
    for (const auto* json : {"", "[]", "7", "{", R"({"payment_hash":7})", R"({"status":"NEW"})"})
        CHECK_FALSE(lndapi::GrpcOutput(false).payment(out, item(json)));
    CHECK(out.empty());
}

TEST_CASE("gRPC has the status in trailers, or in the only header of a call that fails at once") {
    const lndapi::GrpcOutput output(false);
    CHECK(FakeExchange::value(output.headers(nullptr, std::nullopt), "content-type") == "application/grpc");
    CHECK(FakeExchange::value(output.headers(std::make_shared<const std::string>("c"), std::nullopt),
                              "trackpayments-cursor") == "c");
    const auto trailers =
        output.trailers({{lndapi::GrpcCode::unknown, "50 %"}, "why"}, std::make_shared<const std::string>("c"));
    CHECK(FakeExchange::value(trailers, "grpc-status") == "2");
    CHECK(FakeExchange::value(trailers, "grpc-message") == "50 %25");
    CHECK(FakeExchange::value(trailers, "trackpayments-reason") == "why");
    CHECK(FakeExchange::value(trailers, "trackpayments-cursor") == "c");
    FakeExchange exchange;
    CHECK(output.fail(exchange, not_found, std::nullopt).empty());
    CHECK(exchange.without_body);
    CHECK(exchange.status == 200);
    CHECK(FakeExchange::value(exchange.headers, "grpc-status") == "5");
    CHECK(FakeExchange::value(exchange.headers, "content-type") == "application/grpc");
}

TEST_CASE("REST sends a line for each Payment") {
    CHECK(written(lndapi::RestOutput(true, false), item("{}", "c")) == "{\"result\":{}}\n");
    CHECK(written(lndapi::RestOutput(true, true), item("{}", "c")) == "{\"result\":{},\"cursor\":\"c\"}\n");
    CHECK(written(lndapi::RestOutput(true, true), item("{}")) == "{\"result\":{}}\n");
}

TEST_CASE("a REST stream ends with a line for its error, or with nothing") {
    const lndapi::RestOutput output(true, false);
    std::string out;
    output.end(out, {});
    CHECK(out.empty());
    output.end(out, not_found);
    CHECK(out == "{\"error\":{\"code\":5,\"message\":\"payment isn't initiated\",\"details\":[]}}\n");
}

TEST_CASE("a REST call that fails at once has the HTTP status of its code") {
    FakeExchange stream;
    const auto line = lndapi::RestOutput(true, false).fail(stream, not_found, std::nullopt);
    CHECK(stream.status == 404);
    CHECK(line == "{\"error\":{\"code\":5,\"message\":\"payment isn't initiated\",\"details\":[]}}\n");
    CHECK(FakeExchange::value(stream.headers, "Content-Length") == std::to_string(line.size()));
    FakeExchange single;
    CHECK(
        lndapi::RestOutput(false, false).fail(single, {{lndapi::GrpcCode::unknown, "a \"b\""}, "r\n"}, std::nullopt) ==
        R"({"code":2,"message":"a \"b\"","details":[]})");
    CHECK(single.status == 500);
    CHECK(FakeExchange::value(single.headers, "Trackpayments-Reason") == "r%0A");
}

} // namespace output_test

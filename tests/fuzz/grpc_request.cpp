// Requests of gRPC: verb, path, content type, encoding and deadline, a line each, then the body.
#include "lndapi/grpc_request.hpp"

#include "fuzz.hpp"
#include "lndapi/grpc_frame.hpp"
#include "wire/protobuf.hpp"

#include <algorithm>
#include <string>

namespace grpc_request_target {

using lndapi::GrpcCode;
using namespace std::chrono_literals;

namespace {

std::string take_line(std::string_view& rest) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return std::string(line);
}

void check_timeout(const std::string& value) {
    const auto timeout = lndapi::read_grpc_timeout(value);
    if (!timeout)
        return fuzz::require(timeout.error().starts_with("transport: ") || timeout.error().starts_with("strconv."),
                             "an error is grpc-go's sentence");
    fuzz::require(*timeout >= 0ns && value.size() <= 9, "a deadline has at most eight digits");
    for (std::size_t digits = value.size(); digits < 9; ++digits)
        fuzz::require(lndapi::read_grpc_timeout(std::string(9 - digits, '0') + value) == timeout,
                      "zeros in front change nothing");
}

void check_body(std::string_view body, bool streaming) {
    const auto message = lndapi::read_grpc_message(body, streaming);
    if (!message)
        return fuzz::require(message.error().code != GrpcCode::ok && !message.error().message.empty(),
                             "a refusal has a code and a text");
    std::string frame;
    lndapi::append_grpc_head(frame, message->size());
    frame.append(*message);
    fuzz::require(body.starts_with(frame), "a message written again is the same");
    fuzz::require(lndapi::read_grpc_message(frame, streaming) == *message, "written and read again, it is the same");
    fuzz::require(!lndapi::read_grpc_message(std::string_view(frame).substr(0, frame.size() - 1), streaming),
                  "a message that was cut is none");
}

void check_request(const lndapi::MethodRow& method, const http::Request& http) {
    const auto request = lndapi::read_grpc_request(method, http);
    if (!request)
        return fuzz::require(request.error().code != GrpcCode::ok, "a refusal has a code");
    fuzz::require(request->method == &method, "the method is the one that was asked for");
    fuzz::require(request->since.empty() || method.method == lndapi::Method::track_payments,
                  "only one method has a cursor");
    std::string message;
    wire::ProtobufWriter writer(message);
    for (const auto& parameter : method.parameters) {
        if (const auto* flag = std::get_if<lndapi::Parameter::Flag>(&parameter.member))
            writer.integer(parameter.number, (*request).*(*flag) ? 1 : 0);
        if (const auto* number = std::get_if<lndapi::Parameter::Number>(&parameter.member))
            writer.integer(parameter.number, (*request).*(*number));
        if (const auto* bytes = std::get_if<lndapi::Parameter::Bytes>(&parameter.member))
            writer.bytes(parameter.number, (*request).*(*bytes));
    }
    auto again = http;
    again.body.clear();
    lndapi::append_grpc_head(again.body, message.size());
    again.body.append(message);
    const auto same = lndapi::read_grpc_request(method, again);
    fuzz::require(same && *same == *request, "written and read again, a request with its parameters alone is the same");
}

} // namespace

FUZZ_TARGET(grpc_request) {
    auto rest = fuzz::text_of(data, size);
    http::Request http;
    http.http2 = true;
    http.method = take_line(rest);
    http.path = take_line(rest);
    for (const char* name : {"content-type", "grpc-encoding", "grpc-timeout", "trackpayments-since"})
        if (auto value = take_line(rest); !value.empty())
            http.headers.push_back({name, std::move(value)});
    http.body = rest;
    check_timeout(std::string(http::find(http.headers, "grpc-timeout").value_or("")));
    for (const bool streaming : {false, true})
        check_body(rest, streaming);
    for (const auto& method : lndapi::methods())
        check_request(method, http);

    const auto head = lndapi::read_grpc_head(http);
    if (head) {
        fuzz::require(lndapi::is_grpc_request(http), "only gRPC requests have a method");
        fuzz::require(http.path == head->method->grpc_path && http.method == "POST", "the method is that of the path");
        fuzz::require(!head->timeout || *head->timeout > 0ns, "a deadline is in the future");
        return 0;
    }
    const auto& refusal = head.error();
    fuzz::require(refusal.status.code != GrpcCode::ok && !refusal.status.message.empty(), "a refusal has a text");
    const auto encoded = lndapi::percent_encoded(refusal.status.message);
    fuzz::require(std::all_of(encoded.begin(), encoded.end(), [](char c) { return c >= 0x20 && c < 0x7F; }),
                  "a refusal can be a header");
    return 0;
}

} // namespace grpc_request_target

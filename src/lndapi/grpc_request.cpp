#include "lndapi/grpc_request.hpp"

#include "lndapi/go_quote.hpp"
#include "lndapi/grpc_frame.hpp"
#include "lndapi/grpc_output.hpp"
#include "wire/protobuf.hpp"

namespace lndapi {

namespace {

tl::unexpected<GrpcRefusal> refused(GrpcCode code, std::string text, int http_status = 200) {
    return tl::unexpected(GrpcRefusal{{code, std::move(text)}, http_status});
}

constexpr std::string_view grpc_type = "application/grpc";

bool is_grpc_type(std::string_view content_type) {
    if (!content_type.starts_with(grpc_type))
        return false;
    content_type.remove_prefix(grpc_type.size());
    return content_type.empty() || content_type.front() == '+' || content_type.front() == ';';
}

std::string_view content_type_of(const http::Request& http) {
    return http::find(http.headers, "content-type").value_or("");
}

/// Service and method are separated by the last slash.
GrpcStatus unknown_method(std::string_view path) {
    const auto slash = path.rfind('/');
    if (!path.starts_with('/') || slash == 0)
        return {GrpcCode::unimplemented, "malformed method name: " + go_quote(path)};
    const auto service = path.substr(1, slash - 1);
    for (const auto& row : methods())
        if (row.grpc_path.substr(1, row.grpc_path.rfind('/') - 1) == service)
            return {GrpcCode::unimplemented,
                    "unknown method " + std::string(path.substr(slash + 1)) + " for service " + std::string(service)};
    return {GrpcCode::unimplemented, "unknown service " + std::string(service)};
}

/// Takes the field if it has the parameter's kind.
void take(Request& request, const Parameter& parameter, const wire::ProtobufField& field) {
    if (const auto* flag = std::get_if<Parameter::Flag>(&parameter.member); flag && field.is_varint)
        request.*(*flag) = field.integer != 0;
    if (const auto* number = std::get_if<Parameter::Number>(&parameter.member); number && field.is_varint)
        request.*(*number) = field.integer;
    if (const auto* bytes = std::get_if<Parameter::Bytes>(&parameter.member); bytes && field.is_bytes)
        request.*(*bytes) = field.bytes;
}

/// Reads the fields of the request's message; false if it is not Protocol Buffers. As grpc-go does, it skips unknown
/// fields, and fields of another kind; of a repeated field the last one counts.
bool read_fields(Request& request, std::string_view message) {
    wire::ProtobufReader fields(message);
    while (!fields.done()) {
        const auto field = fields.next();
        if (!field)
            return false;
        for (const auto& parameter : request.method->parameters)
            if (parameter.number == field->number)
                take(request, parameter, *field);
    }
    return true;
}

} // namespace

bool is_grpc_request(const http::Request& http) {
    return http.http2 && (is_grpc_type(content_type_of(http)) || find_grpc_method(http.path));
}

/// grpc-go's internal/grpcutil/method.go.
std::string answer_content_type(const http::Request& http) {
    const auto asked = content_type_of(http);
    std::string type(grpc_type);
    if (!is_grpc_type(asked) || asked.size() <= grpc_type.size() + 1)
        return type;
    type += '+';
    for (const char c : asked.substr(grpc_type.size() + 1))
        type += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return type;
}

tl::expected<GrpcHead, GrpcRefusal> read_grpc_head(const http::Request& http) {
    constexpr int bad_request = 400;
    constexpr int method_not_allowed = 405;
    constexpr int unsupported_media_type = 415;
    GrpcHead head;
    const auto content_type = content_type_of(http);
    if (!is_grpc_type(content_type))
        return refused(GrpcCode::invalid_argument, "invalid gRPC request content-type " + go_quote(content_type),
                       unsupported_media_type);
    if (const auto value = http::find(http.headers, "grpc-timeout")) {
        const auto timeout = read_grpc_timeout(*value);
        if (!timeout)
            return refused(GrpcCode::internal, "malformed grpc-timeout: " + timeout.error(), bad_request);
        head.timeout = *timeout;
    }
    if (http.method != "POST")
        return refused(GrpcCode::internal,
                       "Received a HEADERS frame with :method " + go_quote(http.method) + " which should be POST",
                       method_not_allowed);
    if (head.timeout == std::chrono::nanoseconds(0))
        return refused(GrpcCode::deadline_exceeded, "context deadline exceeded");
    head.method = find_grpc_method(http.path);
    if (!head.method)
        return tl::unexpected(GrpcRefusal{unknown_method(http.path)});
    const auto encoding = http::find(http.headers, "grpc-encoding").value_or("identity");
    if (encoding != "identity")
        return refused(GrpcCode::unimplemented,
                       "grpc: Decompressor is not installed for grpc-encoding " + go_quote(encoding));
    return head;
}

tl::expected<Request, GrpcStatus> read_grpc_request(const MethodRow& method, const http::Request& http) {
    if (http.body_too_long)
        return tl::unexpected(GrpcStatus{GrpcCode::resource_exhausted, "grpc: received message larger than max"});
    const auto message = read_grpc_message(http.body, method.streaming);
    if (!message)
        return tl::unexpected(message.error());
    Request request{&method};
    if (!read_fields(request, *message)) {
        const std::string text = method.streaming ? "grpc: failed to unmarshal the received message: "
                                                  : "grpc: error unmarshalling request: ";
        return tl::unexpected(GrpcStatus{GrpcCode::internal, text + "proto: cannot parse invalid wire-format data"});
    }
    if (method.method == Method::track_payments)
        request.since = http::find(http.headers, since_header).value_or("");
    return request;
}

} // namespace lndapi

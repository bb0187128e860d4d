// Requests of LND's REST API: verb, path, query and deadline, a line each.
#include "lndapi/rest_route.hpp"

#include "base/hex.hpp"
#include "fuzz.hpp"
#include "lndapi/url.hpp"
#include "wire/base64.hpp"

#include <algorithm>
#include <string>

namespace rest_request_target {

namespace {

std::string_view take_line(std::string_view& rest) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
}

/// Each byte as an escape.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        out.append("%").append(base::to_hex({&byte, 1}));
    }
    return out;
}

void check_url(std::string_view path, std::string_view query) {
    fuzz::require(lndapi::read_path(escaped(path)) == std::string(path), "escapes are read back");
    if (const auto plain = lndapi::read_path(path))
        fuzz::require(lndapi::read_path(escaped(*plain)) == *plain, "a path decoded and escaped is the same");
    const auto fields = lndapi::read_query(query);
    if (!fields)
        return fuzz::require(fields.error().starts_with("invalid "), "an error is Go's sentence");
    std::string again;
    for (const auto& [name, value] : *fields) {
        again.append(again.empty() ? "" : "&").append(escaped(name)).append("=").append(escaped(value));
        const auto flag = lndapi::read_go_bool(value);
        fuzz::require(flag || flag.error().starts_with("strconv.ParseBool: parsing \""), "an error is Go's sentence");
        const auto number = lndapi::read_go_uint64(value);
        fuzz::require(number || number.error().starts_with("strconv.ParseUint: parsing \""),
                      "an error is Go's sentence");
        if (number)
            fuzz::require(value.substr(std::min(value.find_first_not_of('0'), value.size() - 1)) ==
                              std::to_string(*number),
                          "a number is read exactly");
    }
    fuzz::require(lndapi::read_query(again) == *fields, "a query escaped and read again is the same");
}

void check_timeout(std::string_view value) {
    http::Request http;
    http.headers = {{"grpc-timeout", std::string(value)}};
    const auto timeout = lndapi::read_rest_timeout(http);
    if (timeout && *timeout)
        fuzz::require(*timeout > std::chrono::nanoseconds(0), "a deadline is in the future");
    if (!timeout)
        fuzz::require(timeout.error().message == "invalid grpc-timeout: " + std::string(value), "the value is named");
}

std::string base64_of(std::string_view bytes) {
    return base::to_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// A query of the parameters, read again, is the same request.
void check_parameters(const lndapi::Request& request) {
    const auto& method = *request.method;
    if (method.method == lndapi::Method::track_payment) // its hash is in the path
        return;
    std::string query = "since=" + escaped(request.since);
    for (const auto& parameter : method.parameters) {
        query.append("&").append(parameter.json_name).append("=");
        if (const auto* flag = std::get_if<lndapi::Parameter::Flag>(&parameter.member))
            query.append(request.*(*flag) ? "true" : "false");
        if (const auto* number = std::get_if<lndapi::Parameter::Number>(&parameter.member))
            query.append(std::to_string(request.*(*number)));
        if (const auto* bytes = std::get_if<lndapi::Parameter::Bytes>(&parameter.member))
            query.append(escaped(base64_of(request.*(*bytes))));
    }
    const auto again = lndapi::read_rest_request(method.rest_verb, method.rest_path, query);
    fuzz::require(again && *again == request, "written and read again, a request is the same");
}

} // namespace

FUZZ_TARGET(rest_request) {
    auto rest = fuzz::text_of(data, size);
    const auto verb = take_line(rest);
    const auto path = take_line(rest);
    const auto query = take_line(rest);
    check_url(path, query);
    check_timeout(rest);
    const auto request = lndapi::read_rest_request(verb, path, query);
    if (!request) {
        const auto code = request.error().code;
        fuzz::require(code == lndapi::GrpcCode::invalid_argument || code == lndapi::GrpcCode::not_found ||
                          code == lndapi::GrpcCode::unimplemented,
                      "a request is refused with one of three codes");
        fuzz::require(!request.error().message.empty(), "a refusal has a text");
        return 0;
    }
    fuzz::require(request->method && verb == request->method->rest_verb, "the verb is the method's");
    const auto plain = *lndapi::read_path(path);
    if (request->method->method == lndapi::Method::track_payment) {
        const auto digits = plain.substr(plain.rfind('/') + 1);
        fuzz::require(wire::from_base64(digits, wire::Base64Alphabet::standard) == request->payment_hash ||
                          wire::from_base64(digits, wire::Base64Alphabet::url) == request->payment_hash,
                      "the hash is the one in the path");
    } else {
        fuzz::require(plain == request->method->rest_path, "the path is the method's");
    }
    check_parameters(*request);
    if (request->method->method != lndapi::Method::track_payment &&
        request->method->method != lndapi::Method::delete_payment) {
        fuzz::require(request->payment_hash.empty(), "two methods have a hash");
    }
    fuzz::require(request->since.empty() || request->method->method == lndapi::Method::track_payments,
                  "only one method has a cursor");
    const auto same = lndapi::read_rest_request(verb, escaped(plain), query);
    fuzz::require(same && *same == *request, "escapes in a path change nothing");
    return 0;
}

} // namespace rest_request_target

#include "lndapi/rest_route.hpp"

#include "lndapi/go_quote.hpp"
#include "lndapi/grpc_frame.hpp"
#include "lndapi/url.hpp"
#include "wire/base64.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace lndapi {

namespace {

constexpr std::string_view path_parameter = "{payment_hash}";

tl::unexpected<GrpcStatus> rest_refusal(GrpcCode code, std::string text) {
    return tl::unexpected(GrpcStatus{code, std::move(text)});
}

tl::unexpected<GrpcStatus> invalid(std::string text) {
    return rest_refusal(GrpcCode::invalid_argument, std::move(text));
}

/// The segment for the template's parameter (empty if it has none), or nothing if the path does not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with(path_parameter))
        return pattern == path ? std::optional(std::string_view()) : std::nullopt;
    pattern.remove_suffix(path_parameter.size());
    if (!path.starts_with(pattern) || path.find('/', pattern.size()) != std::string_view::npos)
        return std::nullopt;
    return path.substr(pattern.size());
}

/// Bytes in either alphabet of base64, or Go's error.
tl::expected<std::string, std::string> read_bytes(std::string_view text) {
    if (auto bytes = wire::from_base64(text, wire::Base64Alphabet::standard))
        return *std::move(bytes);
    auto bytes = wire::from_base64(text, wire::Base64Alphabet::url);
    if (!bytes)
        return tl::unexpected("illegal base64 data at input byte " + std::to_string(bytes.error()));
    return *std::move(bytes);
}

tl::expected<std::string, GrpcStatus> path_hash(std::string_view segment) {
    auto bytes = read_bytes(segment);
    if (!bytes)
        return invalid("type mismatch, parameter: payment_hash, error: " + bytes.error());
    return *std::move(bytes);
}

/// The values that the query gives to one field.
struct Given {
    std::string name; ///< the JSON form of the name counts as another field
    std::vector<std::string> values;
};

/// Takes a field `name`, or `name[x]`, of which `x` is a value too.
Given given(const std::string& name, const std::string& value) {
    const auto bracket = name.rfind('[');
    if (bracket == std::string::npos || !name.ends_with(']'))
        return {name, {value}};
    return {name.substr(0, bracket), {name.substr(bracket + 1, name.size() - bracket - 2), value}};
}

void add(std::vector<Given>& all, const Given& one) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const Given& other) { return other.name == one.name; });
    if (known == all.end())
        all.push_back(one);
    else
        known->values.insert(known->values.end(), one.values.begin(), one.values.end());
}

/// Reads a value into the parameter's member; gives Go's error otherwise.
std::optional<std::string> read_value(Request& request, const Parameter& parameter, std::string_view text) {
    const auto store = [&](auto member, auto value) -> std::optional<std::string> {
        if (!value)
            return std::move(value.error());
        request.*member = *std::move(value);
        return std::nullopt;
    };
    if (const auto* flag = std::get_if<Parameter::Flag>(&parameter.member))
        return store(*flag, read_go_bool(text));
    if (const auto* number = std::get_if<Parameter::Number>(&parameter.member))
        return store(*number, read_go_uint64(text));
    return store(std::get<Parameter::Bytes>(parameter.member), read_bytes(text));
}

std::optional<GrpcStatus> read_values(Request& request, const Parameter& parameter,
                                      const std::vector<std::string>& values) {
    const auto field = '"' + std::string(parameter.name) + '"';
    const auto refuse = [](std::string text) { return GrpcStatus{GrpcCode::invalid_argument, std::move(text)}; };
    if (values.size() > 1) {
        auto list = values.front();
        for (auto value = values.begin() + 1; value != values.end(); ++value)
            list.append(", ").append(*value);
        return refuse("too many values for field " + field + ": " + list);
    }
    if (const auto error = read_value(request, parameter, values.front()))
        return refuse("parsing field " + field + ": " + *error);
    return std::nullopt;
}

/// Null for a name that the query may not have, or that no parameter has. What is in the path, the query cannot set.
const Parameter* find_parameter(const MethodRow& method, std::string_view name) {
    for (const auto& parameter : method.parameters)
        if ((name == parameter.name || name == parameter.json_name) &&
            !method.rest_path.ends_with("{" + std::string(parameter.name) + "}"))
            return &parameter;
    return nullptr;
}

/// Reads the query into the request. Unknown names are ignored.
tl::expected<void, GrpcStatus> read_query_fields(Request& request, std::string_view query) {
    const auto fields = read_query(query);
    if (!fields)
        return invalid(fields.error());
    std::vector<Given> all;
    for (const auto& [name, value] : *fields) {
        if (name == "since" && request.method->method == Method::track_payments)
            request.since = value;
        else if (const auto one = given(name, value);
                 find_parameter(*request.method, std::string_view(one.name).substr(0, one.name.find('.'))))
            add(all, one);
    }
    for (const auto& one : all) {
        const auto* parameter = find_parameter(*request.method, one.name);
        if (!parameter)
            return invalid("invalid path: " + go_quote(one.name.substr(0, one.name.find('.'))) + " is not a message");
        if (auto error = read_values(request, *parameter, one.values))
            return tl::unexpected(*std::move(error));
    }
    return {};
}

/// grpc-gateway's own form of a deadline (runtime/context.go): any number that fits 64 bits, also a negative one.
std::optional<std::chrono::nanoseconds> gateway_timeout(std::string_view text) {
    auto digits = text.substr(0, text.size() - 1);
    if (digits.starts_with('+') && !digits.starts_with("+-"))
        digits.remove_prefix(1);
    std::int64_t count = 0;
    const auto* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, count);
    if (error != std::errc{} || at != end)
        return std::nullopt;
    const auto timeout = in_grpc_unit(std::max<std::int64_t>(count, 0), text.back());
    return timeout && count < 0 ? std::chrono::nanoseconds(1) : timeout;
}

} // namespace

tl::expected<Request, GrpcStatus> read_rest_request(std::string_view verb, std::string_view path,
                                                    std::string_view query) {
    const auto plain = read_path(path);
    if (!plain || !plain->starts_with('/'))
        return invalid("Bad Request");
    for (const auto& row : methods()) {
        const auto segment = match(row.rest_path, *plain);
        if (!segment)
            continue;
        if (verb != row.rest_verb)
            return rest_refusal(GrpcCode::unimplemented, "Method Not Allowed");
        Request request{&row};
        if (row.rest_path.ends_with(path_parameter)) {
            auto hash = path_hash(*segment);
            if (!hash)
                return tl::unexpected(hash.error());
            request.payment_hash = *std::move(hash);
        }
        if (!row.parameters.empty())
            if (const auto read = read_query_fields(request, query); !read)
                return tl::unexpected(read.error());
        return request;
    }
    return rest_refusal(GrpcCode::not_found, "Not Found");
}

tl::expected<std::optional<std::chrono::nanoseconds>, GrpcStatus> read_rest_timeout(const http::Request& http) {
    const auto value = http::find(http.headers, "grpc-timeout");
    if (!value || value->empty())
        return std::nullopt;
    const auto timeout = gateway_timeout(*value);
    if (!timeout)
        return invalid("invalid grpc-timeout: " + std::string(*value));
    return *timeout == std::chrono::nanoseconds(0) ? std::nullopt : std::optional(*timeout);
}

} // namespace lndapi

#include "lndapi/rest_route.hpp"

#include "lndapi/base64.hpp"
#include "lndapi/go_quote.hpp"
#include "lndapi/grpc_frame.hpp"
#include "lndapi/url.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace lndapi {

namespace {

constexpr std::string_view parameter = "{payment_hash}";
constexpr std::string_view filter = "no_inflight_updates";

tl::unexpected<GrpcStatus> rest_refusal(GrpcCode code, std::string text) {
    return tl::unexpected(GrpcStatus{code, std::move(text)});
}

tl::unexpected<GrpcStatus> invalid(std::string text) {
    return rest_refusal(GrpcCode::invalid_argument, std::move(text));
}

/// The segment for the template's parameter (empty if it has none), or nothing if the path does not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with(parameter))
        return pattern == path ? std::optional(std::string_view()) : std::nullopt;
    pattern.remove_suffix(parameter.size());
    if (!path.starts_with(pattern) || path.find('/', pattern.size()) != std::string_view::npos)
        return std::nullopt;
    return path.substr(pattern.size());
}

tl::expected<std::string, GrpcStatus> path_hash(std::string_view segment) {
    if (auto bytes = from_base64(segment, Base64Alphabet::standard))
        return *std::move(bytes);
    auto bytes = from_base64(segment, Base64Alphabet::url);
    if (!bytes)
        return invalid("type mismatch, parameter: payment_hash, error: illegal base64 data at input byte " +
                       std::to_string(bytes.error()));
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

tl::expected<bool, GrpcStatus> read_filter(const std::vector<std::string>& values) {
    const auto field = '"' + std::string(filter) + '"';
    if (values.size() > 1) {
        std::string list;
        for (const auto& value : values)
            list.append(list.empty() ? "" : ", ").append(value);
        return invalid("too many values for field " + field + ": " + list);
    }
    const auto wanted = read_go_bool(values.front());
    if (!wanted)
        return invalid("parsing field " + field + ": " + wanted.error());
    return *wanted;
}

bool is_filter(std::string_view name) {
    return name == filter || name == "noInflightUpdates";
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
                 is_filter(std::string_view(one.name).substr(0, one.name.find('.'))))
            add(all, one);
    }
    for (const auto& one : all) {
        if (!is_filter(one.name))
            return invalid("invalid path: " + go_quote(one.name.substr(0, one.name.find('.'))) + " is not a message");
        const auto wanted = read_filter(one.values);
        if (!wanted)
            return tl::unexpected(wanted.error());
        request.no_inflight_updates = *wanted;
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
        if (row.rest_path.ends_with(parameter)) {
            auto hash = path_hash(*segment);
            if (!hash)
                return tl::unexpected(hash.error());
            request.payment_hash = *std::move(hash);
        }
        if (row.method == Method::track_payments || row.method == Method::track_payment)
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

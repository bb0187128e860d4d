#include "lndapi/rest_route.hpp"

#include "lndapi/base64.hpp"
#include "lndapi/grpc_frame.hpp"
#include "lndapi/url.hpp"

#include <vector>

namespace lndapi {

namespace {

using namespace std::chrono_literals;

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

tl::unexpected<GrpcStatus> too_many(const std::vector<std::string>& values) {
    std::string list;
    for (const auto& value : values)
        list.append(list.empty() ? "" : ", ").append(value);
    return invalid("too many values for field \"" + std::string(filter) + "\": " + list);
}

/// Reads the query into the request. Unknown names are ignored.
tl::expected<void, GrpcStatus> read_query_fields(Request& request, std::string_view query) {
    const auto fields = read_query(query);
    if (!fields)
        return invalid(fields.error());
    std::vector<std::string> values; // of the filter
    for (const auto& [name, value] : *fields) {
        if (name == filter || name == "noInflightUpdates")
            values.push_back(value);
        else if (name.starts_with(std::string(filter) + '.'))
            return invalid("invalid path: \"" + std::string(filter) + "\" is not a message");
        else if (name.starts_with(std::string(filter) + '[') && name.ends_with(']'))
            return too_many({name.substr(filter.size() + 1, name.size() - filter.size() - 2), value});
        else if (name == "since" && request.method->method == Method::track_payments)
            request.since = value;
    }
    if (values.size() > 1)
        return too_many(values);
    if (values.empty())
        return {};
    const auto wanted = read_go_bool(values.front());
    if (!wanted)
        return invalid("parsing field \"" + std::string(filter) + "\": " + wanted.error());
    request.no_inflight_updates = *wanted;
    return {};
}

} // namespace

tl::expected<Request, GrpcStatus> read_rest_request(std::string_view verb, std::string_view path,
                                                    std::string_view query) {
    const auto plain = read_path(path);
    if (!plain)
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
    const auto timeout = read_grpc_timeout(*value);
    if (!timeout)
        return invalid("invalid grpc-timeout: " + std::string(*value));
    return *timeout == 0ns ? std::nullopt : std::optional(*timeout);
}

} // namespace lndapi

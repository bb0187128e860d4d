#include "lndapi/grpc_frame.hpp"

#include "lndapi/go_quote.hpp"

#include <algorithm>
#include <charconv>

namespace lndapi {

namespace {

constexpr std::size_t head_bytes = 5;
constexpr std::chrono::hours longest_timeout{24 * 365 * 100}; // more would overflow nanoseconds
constexpr std::size_t longest_timeout_text = 9;

std::size_t message_size(std::string_view head) {
    std::size_t size = 0;
    for (std::size_t i = 1; i < head_bytes; ++i)
        size = size << 8 | static_cast<std::uint8_t>(head[i]);
    return size;
}

tl::unexpected<GrpcStatus> failed(GrpcCode code, std::string text) {
    return tl::unexpected(GrpcStatus{code, std::move(text)});
}

} // namespace

void append_grpc_head(std::string& out, std::size_t size) {
    out.push_back('\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(size >> shift & 0xFF));
}

tl::expected<std::string_view, GrpcStatus> read_grpc_message(std::string_view body, bool streaming) {
    if (body.size() < head_bytes)
        return streaming ? failed(GrpcCode::internal, "cardinality violation: received no request message from "
                                                      "non-client-streaming RPC")
                         : failed(GrpcCode::unknown, "EOF");
    const auto flag = static_cast<std::uint8_t>(body.front());
    if (flag == 1)
        return failed(GrpcCode::internal, "grpc: compressed flag set with identity or empty encoding");
    if (flag != 0)
        return failed(GrpcCode::internal, "grpc: received unexpected payload format " + std::to_string(flag));
    const auto size = message_size(body);
    if (size > longest_grpc_request)
        return failed(GrpcCode::resource_exhausted, "grpc: received message larger than max (" + std::to_string(size) +
                                                        " vs. " + std::to_string(longest_grpc_request) + ")");
    const auto rest = body.substr(head_bytes);
    if (rest.size() < size)
        return failed(streaming ? GrpcCode::internal : GrpcCode::unknown, "unexpected EOF");
    if (streaming && rest.size() - size >= head_bytes)
        return failed(GrpcCode::internal, "cardinality violation: received multiple request messages for "
                                          "non-client-streaming RPC");
    return rest.substr(0, size);
}

std::optional<std::chrono::nanoseconds> in_grpc_unit(std::int64_t count, char unit) {
    using std::chrono::nanoseconds;
    const auto in = [&](auto one) {
        return count > longest_timeout / one ? nanoseconds(longest_timeout) : one * count;
    };
    switch (unit) {
    case 'H':
        return in(std::chrono::hours(1));
    case 'M':
        return in(std::chrono::minutes(1));
    case 'S':
        return in(std::chrono::seconds(1));
    case 'm':
        return in(std::chrono::milliseconds(1));
    case 'u':
        return in(std::chrono::microseconds(1));
    case 'n':
        return in(nanoseconds(1));
    default:
        return std::nullopt;
    }
}

tl::expected<std::chrono::nanoseconds, std::string> read_grpc_timeout(std::string_view value) {
    const auto refused = [](const std::string& reason, std::string_view quoted) {
        return tl::unexpected(reason + go_quote(quoted));
    };
    if (value.size() < 2)
        return refused("transport: timeout string is too short: ", value);
    if (value.size() > longest_timeout_text)
        return refused("transport: timeout string is too long: ", value.substr(0, 2 * longest_timeout_text));
    const auto digits = value.substr(0, value.size() - 1);
    std::int64_t count = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), count);
    const auto timeout = in_grpc_unit(count, value.back());
    if (!timeout)
        return refused("transport: timeout unit is not recognized: ", value);
    if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return tl::unexpected("strconv.ParseUint: parsing " + go_quote(digits) + ": invalid syntax");
    return *timeout;
}

} // namespace lndapi

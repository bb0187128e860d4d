#include "lndapi/grpc_frame.hpp"

#include <algorithm>
#include <charconv>

namespace lndapi {

namespace {

constexpr std::size_t head_bytes = 5;
constexpr std::chrono::hours longest_timeout{24 * 365 * 100}; // more would overflow nanoseconds

std::size_t message_size(std::string_view head) {
    std::size_t size = 0;
    for (std::size_t i = 1; i < head_bytes; ++i)
        size = size << 8 | static_cast<std::uint8_t>(head[i]);
    return size;
}

} // namespace

std::string grpc_frame(std::string_view message) {
    std::string frame(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        frame.push_back(static_cast<char>(message.size() >> shift & 0xFF));
    return frame.append(message);
}

tl::expected<void, GrpcStatus> GrpcRequestReader::feed(std::string_view bytes) {
    if (error_)
        return tl::unexpected(*error_);
    // One byte more than a whole frame is enough to see that there is too much.
    bytes_.append(bytes.substr(0, head_bytes + most + 1 - std::min(bytes_.size(), head_bytes + most + 1)));
    if (bytes_.empty())
        return {};
    if (bytes_.front() == 1)
        error_ = {GrpcCode::unimplemented, "grpc: compressed requests are not supported"};
    else if (bytes_.front() != 0)
        error_ = {GrpcCode::internal, "grpc: received unexpected payload format " +
                                          std::to_string(static_cast<std::uint8_t>(bytes_.front()))};
    else if (bytes_.size() >= head_bytes && message_size(bytes_) > most)
        error_ = {GrpcCode::resource_exhausted, "grpc: received message larger than max (" +
                                                    std::to_string(message_size(bytes_)) + " vs. " +
                                                    std::to_string(most) + ")"};
    else if (bytes_.size() >= head_bytes && bytes_.size() > head_bytes + message_size(bytes_))
        error_ = {GrpcCode::internal, "grpc: more than one request message"};
    if (error_)
        return tl::unexpected(*error_);
    return {};
}

tl::expected<std::string, GrpcStatus> GrpcRequestReader::finish() const {
    if (error_)
        return tl::unexpected(*error_);
    if (bytes_.size() < head_bytes || bytes_.size() < head_bytes + message_size(bytes_))
        return tl::unexpected(GrpcStatus{GrpcCode::internal, "unexpected EOF"});
    return bytes_.substr(head_bytes);
}

std::optional<std::chrono::nanoseconds> read_grpc_timeout(std::string_view value) {
    using std::chrono::nanoseconds;
    if (value.size() < 2 || value.size() > 9)
        return std::nullopt;
    const auto digits = value.substr(0, value.size() - 1);
    if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::int64_t count = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), count);
    const auto in = [count](auto unit) {
        return std::optional<nanoseconds>(count > longest_timeout / unit ? nanoseconds(longest_timeout) : unit * count);
    };
    switch (value.back()) {
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

} // namespace lndapi

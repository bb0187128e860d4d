// gRPC's frames: a flag, a length of four bytes, a message. Reads the one message of a request, whose bytes come in any
// pieces, and makes the frames of answers.
#pragma once

#include "lndapi/grpc_status.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace lndapi {

/// A frame with this message, not compressed.
[[nodiscard]] std::string grpc_frame(std::string_view message);

class GrpcRequestReader final {
  public:
    /// Bytes; a request of our methods has some dozens.
    static constexpr std::size_t most = 64UL * 1024;

    /// Takes the next bytes. An error as soon as it is certain, with the status that grpc-go answers; later calls then
    /// give the same.
    [[nodiscard]] tl::expected<void, GrpcStatus> feed(std::string_view bytes);
    /// Call when the client has sent everything: the message, or an error unless there is exactly one.
    [[nodiscard]] tl::expected<std::string, GrpcStatus> finish() const;

  private:
    std::string bytes_;
    std::optional<GrpcStatus> error_;
};

/// The header grpc-timeout: one to eight digits and a unit of H M S m u n. Nothing if it is malformed; at most a
/// hundred years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_grpc_timeout(std::string_view value);

} // namespace lndapi

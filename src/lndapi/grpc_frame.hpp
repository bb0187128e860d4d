// gRPC's frames: a flag, a length of four bytes, a message. And gRPC's deadlines. Errors have grpc-go's codes and texts
// (its rpc_util.go, server.go, internal/transport/http_util.go), as LND's clients get them.
#pragma once

#include "lndapi/grpc_status.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace lndapi {

/// Appends the head of a frame whose message of `size` bytes, not compressed, comes next.
void append_grpc_head(std::string& out, std::size_t size);

/// The longest request, in bytes; those of our methods have some dozens. LND takes 200 MiB.
inline constexpr std::size_t longest_grpc_request = 64UL * 1024;

/// The one message in the body of a request. `streaming`: the answer is a stream; grpc-go is stricter then.
[[nodiscard]] tl::expected<std::string_view, GrpcStatus> read_grpc_message(std::string_view body, bool streaming);

/// The header grpc-timeout: one to eight digits and a unit of H M S m u n; at most a hundred years. The error is
/// grpc-go's sentence.
[[nodiscard]] tl::expected<std::chrono::nanoseconds, std::string> read_grpc_timeout(std::string_view value);

/// So many of a unit, at most a hundred years. Nothing for an unknown unit.
[[nodiscard]] std::optional<std::chrono::nanoseconds> in_grpc_unit(std::int64_t count, char unit);

} // namespace lndapi

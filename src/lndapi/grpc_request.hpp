// The request of a gRPC call, checked in grpc-go's order and refused with its codes and texts (its
// internal/transport/http2_server.go, server.go).
#pragma once

#include "http/message.hpp"
#include "lndapi/grpc_status.hpp"
#include "lndapi/method.hpp"

#include <chrono>
#include <optional>

#include <tl/expected.hpp>

namespace lndapi {

/// True if this request is to be answered as gRPC: by its content type, or because its path is of a gRPC method.
[[nodiscard]] bool is_grpc_request(const http::Request& http);

/// The content type of the answer to such a request, as grpc-go makes it: the same kind of gRPC.
[[nodiscard]] std::string answer_content_type(const http::Request& http);

struct GrpcHead {
    const MethodRow* method = nullptr;
    std::optional<std::chrono::nanoseconds> timeout = {};
};
struct GrpcRefusal {
    GrpcStatus status;
    int http_status = 200;
};
/// The method and the deadline of a request.
[[nodiscard]] tl::expected<GrpcHead, GrpcRefusal> read_grpc_head(const http::Request& http);

/// The parameters, from the message and from our own headers.
[[nodiscard]] tl::expected<Request, GrpcStatus> read_grpc_request(const MethodRow& method, const http::Request& http);

} // namespace lndapi

// Finds the method of a REST request, as grpc-gateway routes LND's: path, then its parameter, then the query; refused
// with its codes and texts (grpc-gateway's runtime/mux.go, runtime/query.go).
#pragma once

#include "http/message.hpp"
#include "lndapi/grpc_status.hpp"
#include "lndapi/method.hpp"

#include <chrono>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

namespace lndapi {

/// `path` and `query` as sent.
[[nodiscard]] tl::expected<Request, GrpcStatus> read_rest_request(std::string_view verb, std::string_view path,
                                                                  std::string_view query);

/// The deadline in the header Grpc-Timeout: above zero, at most a hundred years. Zero in the header means none; a
/// deadline in the past is a nanosecond.
[[nodiscard]] tl::expected<std::optional<std::chrono::nanoseconds>, GrpcStatus>
read_rest_timeout(const http::Request& http);

} // namespace lndapi

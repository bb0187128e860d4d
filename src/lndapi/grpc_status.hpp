// gRPC status codes, as LND answers them, on both of its surfaces: the trailer grpc-message, and the HTTP status that
// grpc-gateway makes of a code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lndapi {

enum class GrpcCode : std::uint8_t {
    ok = 0,
    cancelled = 1,
    unknown = 2, ///< every error of LND's own handlers
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    permission_denied = 7, ///< only of /metrics
    resource_exhausted = 8,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    unauthenticated = 16, ///< only of /metrics
};

struct GrpcStatus {
    GrpcCode code = GrpcCode::ok;
    std::string message;
    bool operator==(const GrpcStatus&) const = default;
};

/// The HTTP status of a REST answer (grpc-gateway, runtime/errors.go, HTTPStatusFromCode).
[[nodiscard]] int http_status(GrpcCode code);

/// The value of the trailer grpc-message: `%` and everything outside 0x20 to 0x7e as %XX (gRPC over HTTP/2).
[[nodiscard]] std::string percent_encoded(std::string_view message);

} // namespace lndapi

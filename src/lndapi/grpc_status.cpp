#include "lndapi/grpc_status.hpp"

namespace lndapi {

int http_status(GrpcCode code) {
    switch (code) {
    case GrpcCode::ok:
        return 200;
    case GrpcCode::cancelled:
        return 499;
    case GrpcCode::invalid_argument:
        return 400;
    case GrpcCode::deadline_exceeded:
        return 504;
    case GrpcCode::not_found:
        return 404;
    case GrpcCode::permission_denied:
        return 403;
    case GrpcCode::unauthenticated:
        return 401;
    case GrpcCode::resource_exhausted:
        return 429;
    case GrpcCode::unimplemented:
        return 501;
    case GrpcCode::unavailable:
        return 503;
    case GrpcCode::unknown:
    case GrpcCode::internal:
        break;
    }
    return 500;
}

std::string percent_encoded(std::string_view message) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : message) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte >= 0x20 && byte <= 0x7E && c != '%')
            encoded.push_back(c);
        else
            encoded.append({'%', digits[byte >> 4], digits[byte & 0xF]});
    }
    return encoded;
}

} // namespace lndapi

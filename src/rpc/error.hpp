// A JSON-RPC error as a value, and some of the codes that JSON-RPC defines.
#pragma once

#include <string>

namespace rpc {

inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;

struct Error {
    int code = 0;
    std::string message;
};

} // namespace rpc

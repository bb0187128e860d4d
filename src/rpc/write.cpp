#include "rpc/write.hpp"

#include "json/text.hpp"

namespace rpc {

namespace {

std::string concat(std::initializer_list<std::string_view> pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces)
        size += piece.size();
    std::string text;
    text.reserve(size);
    for (const auto piece : pieces)
        text.append(piece);
    return text;
}

} // namespace

std::string request(std::string_view id, std::string_view method, std::string_view params) {
    return concat({R"({"jsonrpc":"2.0","id":)", id, R"(,"method":")", method, R"(","params":)", params, "}\n\n"});
}

std::string notification_head(std::string_view method) {
    return concat({R"({"jsonrpc":"2.0","method":")", method, R"(","params":)"});
}

std::string notification(std::string_view method, std::string_view params) {
    return concat({notification_head(method), params, notification_tail});
}

std::string result(std::string_view id, std::string_view result) {
    return concat({R"({"jsonrpc":"2.0","id":)", id, R"(,"result":)", result, "}\n\n"});
}

std::string error(std::string_view id, const Error& error) {
    return concat({R"({"jsonrpc":"2.0","id":)", id, R"(,"error":)", error_object(error), "}\n\n"});
}

std::string error_object(const Error& error) {
    return concat({R"({"code":)", std::to_string(error.code), R"(,"message":)", json::quote(error.message), "}"});
}

} // namespace rpc

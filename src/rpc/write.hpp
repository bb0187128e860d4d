// Writes JSON-RPC 2.0 messages from parts that are JSON already. Each message ends with a blank line.
#pragma once

#include "rpc/error.hpp"

#include <string>
#include <string_view>

namespace rpc {

/// `id`, `params` and `result` are raw JSON; `method` is a plain name.
[[nodiscard]] std::string request(std::string_view id, std::string_view method, std::string_view params);
[[nodiscard]] std::string notification(std::string_view method, std::string_view params);
/// The text before and after the params of a notification.
[[nodiscard]] std::string notification_head(std::string_view method);
inline constexpr std::string_view notification_tail = "}\n\n";
[[nodiscard]] std::string result(std::string_view id, std::string_view result);
[[nodiscard]] std::string error(std::string_view id, const Error& error);

/// `{"code": …, "message": …}`. Always both members: without one of them a peer may crash.
[[nodiscard]] std::string error_object(const Error& error);

} // namespace rpc

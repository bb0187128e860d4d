// Log lines for the operator. Text only: never params, payloads, preimages, secrets or invoices.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace base {

enum class LogLevel { debug, info, unusual, error };

using Log = std::function<void(LogLevel, const std::string& message)>;

/// In bytes, of a message, command or option.
inline constexpr std::size_t longest_name = 40;

/// A name or sentence from outside, as it may be logged: at most so many bytes. 32 or more letters and digits in a row
/// could be a preimage, a rune or an invoice; "(a long text)" stands for them.
[[nodiscard]] std::string loggable(std::string_view outside, std::size_t most = 200);

} // namespace base

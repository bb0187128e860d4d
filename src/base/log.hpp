// Log lines for the operator. Text only: never params, payloads, preimages, secrets or invoices.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace base {

enum class LogLevel { debug, info, unusual, error };

using Log = std::function<void(LogLevel, const std::string& message)>;

/// A sentence from outside, as it may be logged: at most 200 bytes. 32 or more letters and digits in a row could be a
/// preimage, a rune or an invoice; "(a long text)" stands for them.
[[nodiscard]] std::string loggable(std::string_view outside);
/// The same for the name of a message or an option. Real names are short: one of more than 40 bytes may contain
/// anything, and is left out as a whole.
[[nodiscard]] std::string loggable_name(std::string_view outside);

} // namespace base

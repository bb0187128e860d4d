// Log lines for the operator. Text only: never params, payloads, preimages, secrets or invoices.
#pragma once

#include <functional>
#include <string>

namespace base {

enum class LogLevel { debug, info, unusual, error };

using Log = std::function<void(LogLevel, const std::string& message)>;

} // namespace base

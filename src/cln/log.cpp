#include "cln/log.hpp"

#include "json/text.hpp"
#include "rpc/write.hpp"

namespace cln {

namespace {

constexpr std::size_t longest_line = 4096;

const char* level_name(base::LogLevel level) {
    switch (level) {
    case base::LogLevel::debug:
        return "debug";
    case base::LogLevel::info:
        return "info";
    case base::LogLevel::unusual:
        return "unusual";
    case base::LogLevel::error:
        return "broken"; // lightningd's own name; it also accepts `error`
    }
    return "info";
}

} // namespace

std::string log_notification(base::LogLevel level, std::string message) {
    if (message.size() > longest_line) {
        message.resize(longest_line);
        message += " [cut]";
    }
    for (char& c : message)
        if (static_cast<unsigned char>(c) < 0x20)
            c = ' ';
    return rpc::notification("log", R"({"level":")" + std::string(level_name(level)) + R"(","message":)" +
                                        json::quote(message) + "}");
}

} // namespace cln

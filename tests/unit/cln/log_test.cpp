#include "cln/log.hpp"

#include "received.hpp"

namespace log_test {

using base::LogLevel;

namespace {

json::Tree params(LogLevel level, const std::string& message) {
    const auto text = cln::log_notification(level, message);
    CHECK(text.ends_with("}\n\n"));
    auto value = received::json(text);
    CHECK(value["method"] == "log");
    CHECK(value["jsonrpc"] == "2.0");
    CHECK_FALSE(value.contains("id"));
    CHECK(value["params"].size() == 2);
    return value["params"];
}

} // namespace

TEST_CASE("every log level has a name that lightningd knows") {
    CHECK(params(LogLevel::debug, "m")["level"] == "debug");
    CHECK(params(LogLevel::info, "m")["level"] == "info");
    CHECK(params(LogLevel::unusual, "m")["level"] == "unusual");
    CHECK(params(LogLevel::error, "m")["level"] == "broken");
}

TEST_CASE("line breaks in a log message are replaced") {
    CHECK(params(LogLevel::info, "a\nb\r\tc\x01\x1f" + std::string(1, '\0') + "d")["message"] == "a b  c   d");
}

TEST_CASE("a log line is cut at 4 kB, far below the 256 kB that abort lightningd") {
    CHECK(params(LogLevel::info, std::string(4096, 'x'))["message"] == std::string(4096, 'x'));
    CHECK(params(LogLevel::info, std::string(4097, 'x'))["message"] == std::string(4096, 'x') + " [cut]");
    CHECK(cln::log_notification(LogLevel::info, std::string(10'000'000, 'x')).size() < 5000);
    CHECK(cln::log_notification(LogLevel::info, std::string(10'000'000, '\xff')).size() < 15'000);
    CHECK(cln::log_notification(LogLevel::info, std::string(10'000'000, '"')).size() < 10'000);
}

TEST_CASE("a log line that is no UTF-8, or cut within a character, is valid JSON") {
    CHECK(params(LogLevel::info, "\xff\"\\")["message"] == "\xef\xbf\xbd\"\\");
    const auto message = params(LogLevel::info, std::string(4095, 'x') + "é")["message"].get<std::string>();
    CHECK(message.ends_with("x\xef\xbf\xbd [cut]"));
}

} // namespace log_test

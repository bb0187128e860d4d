// Parsing and quoting with nlohmann_json, and log lines: untrusted input can reach all three.
#include "cln/log.hpp"
#include "json_input.hpp"

namespace json_target {

FUZZ_TARGET(json) {
    const auto text = fuzz::text_of(data, size);
    if (fuzz::shallow(text)) {
        const auto value = json::parse(text);
        if (value) {
            const auto again = json::parse(json::dump(*value));
            fuzz::require(again && *again == *value, "written JSON reads back the same");
        } else {
            const auto& error = value.error();
            fuzz::require(error.starts_with("not JSON at byte ") ||
                              error.starts_with("not usable JSON (library error "),
                          "the error quotes nothing of the text");
        }
    }
    const auto quoted = json::parse(json::quote(text));
    fuzz::require(quoted && quoted->is_string(), "any bytes can be quoted");

    const auto line = cln::log_notification(base::LogLevel::unusual, std::string(text));
    fuzz::require(line.size() < 64 * 1024, "a log line is far below the 256 kB that abort lightningd");
    const auto message = fuzz::parsed(line);
    fuzz::require(message && (*message)["method"] == "log" && (*message)["params"]["level"] == "unusual",
                  "a log line is a notification with a level that lightningd knows");
    const auto logged = (*message)["params"]["message"].get<std::string>();
    fuzz::require(logged.find('\n') == std::string::npos, "a log line is one line");
    return 0;
}

} // namespace json_target

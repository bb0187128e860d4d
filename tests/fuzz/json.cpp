// The two edges of nlohmann_json, and log lines, which untrusted input can reach.
#include "cln/log.hpp"
#include "json_input.hpp"

namespace json_target {

FUZZ_TARGET(json) {
    const auto text = fuzz::text_of(data, size);
    if (fuzz::shallow(text)) {
        const auto value = json::parse(text);
        if (value) {
            const auto again = json::parse(json::dump(*value));
            fuzz::require(again && *again == *value, "what is written is what was read");
        } else {
            const auto& words = value.error();
            fuzz::require(words.starts_with("not JSON at byte ") ||
                              words.starts_with("not usable JSON (library error "),
                          "the reason quotes nothing");
        }
    }
    const auto quoted = json::parse(json::quote(text));
    fuzz::require(quoted && quoted->is_string(), "any bytes can be quoted");

    const auto line = cln::log_notification(base::LogLevel::unusual, std::string(text));
    fuzz::require(line.size() < 64 * 1024, "a log line over 256 kB kills lightningd");
    const auto message = fuzz::parsed(line);
    fuzz::require(message && (*message)["method"] == "log" && (*message)["params"]["level"] == "unusual",
                  "a log line is a notification with a level lightningd knows");
    const auto logged = (*message)["params"]["message"].get<std::string>();
    fuzz::require(logged.find('\n') == std::string::npos, "a log line is one line");
    return 0;
}

} // namespace json_target

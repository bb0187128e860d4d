#include "http/incident_log.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace incident_log_test {

using namespace std::chrono_literals;

TEST_CASE("one line a minute for each kind, with the number of those left out") {
    std::vector<std::string> logged;
    http::IncidentLog log([&](base::LogLevel level, const std::string& line) {
        CHECK(level == base::LogLevel::info);
        logged.push_back(line);
    });
    for (int i = 0; i < 1000; ++i)
        log.add(5s, base::LogLevel::info, "flood", "flood " + std::to_string(i));
    log.add(6s, base::LogLevel::info, "other", "other");
    log.add(64s, base::LogLevel::info, "flood", "flood later");
    CHECK(logged == std::vector<std::string>{"flood 0", "other"});
    log.add(65s, base::LogLevel::info, "flood", "flood again");
    log.add(125s, base::LogLevel::info, "flood", "flood once more");
    CHECK(logged.size() == 4);
    CHECK(logged[2] == "flood again (1000 more since the last such line)");
    CHECK(logged[3] == "flood once more");
}

TEST_CASE("the number of kinds is bounded") {
    std::size_t lines = 0;
    http::IncidentLog log([&](base::LogLevel, const std::string&) { ++lines; });
    for (int i = 0; i < 1000; ++i)
        log.add(1s, base::LogLevel::info, std::to_string(i), "line");
    CHECK(lines == http::IncidentLog::most_kinds);
}

} // namespace incident_log_test

// What clients do wrong, in the log: one line a minute for each kind, so that neither the log fills nor one kind hides
// another. The log is lightningd's.
#pragma once

#include "base/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace http {

class IncidentLog final {
  public:
    static constexpr std::chrono::milliseconds pause = std::chrono::minutes(1);
    /// Of further kinds nothing is logged.
    static constexpr std::size_t most_kinds = 64;

    explicit IncidentLog(base::Log log) : log_(std::move(log)) {}

    /// `now`: of any steady clock. A line names how many of its kind were left out since the last one.
    void add(std::chrono::milliseconds now, base::LogLevel level, std::string_view kind, const std::string& message);

  private:
    struct Kind {
        std::chrono::milliseconds logged{0};
        std::uint64_t left_out = 0;
    };
    base::Log log_;
    std::map<std::string, Kind, std::less<>> kinds_;
};

} // namespace http

#include "http/incident_log.hpp"

#include <utility>

namespace http {

void IncidentLog::add(std::chrono::milliseconds now, base::LogLevel level, std::string_view kind,
                      const std::string& message) {
    auto found = kinds_.find(kind);
    if (found == kinds_.end()) {
        if (kinds_.size() >= most_kinds)
            return;
        found = kinds_.emplace(kind, Kind{now, 0}).first;
    } else if (now - found->second.logged < pause) {
        ++found->second.left_out;
        return;
    }
    found->second.logged = now;
    const auto left_out = std::exchange(found->second.left_out, 0);
    log_(level,
         left_out == 0 ? message : message + " (" + std::to_string(left_out) + " more since the last such line)");
}

} // namespace http

#include "metrics/tracker_status.hpp"

#include "json/parser.hpp"

#include <array>

namespace metrics {

namespace {

struct Number {
    std::string_view name;
    std::uint64_t TrackerStatus::*into;
};
constexpr std::array<Number, 7> numbers{{
    {"payments", &TrackerStatus::payments},
    {"payments_in_flight", &TrackerStatus::payments_in_flight},
    {"parts", &TrackerStatus::parts},
    {"callers", &TrackerStatus::callers},
    {"queued_bytes", &TrackerStatus::queued_bytes},
    {"merged_snapshots", &TrackerStatus::merged_snapshots},
    {"reconnects", &TrackerStatus::reconnects},
}};

std::optional<RowPosition> position(json::Value value) {
    const auto created = value.find("created").natural();
    const auto updated = value.find("updated").natural();
    return created && updated ? std::optional(RowPosition{*created, *updated}) : std::nullopt;
}

tl::unexpected<std::string> unreadable_member(std::string_view name) {
    return tl::unexpected(std::string(name) + ": missing or malformed");
}

} // namespace

tl::expected<TrackerStatus, std::string> decode_tracker_status(std::string_view result) {
    json::Parser parser;
    const auto value = parser.read(result);
    if (!value)
        return tl::unexpected(value.error());
    TrackerStatus status;
    for (const auto& [name, into] : numbers) {
        const auto number = value->find(name).natural();
        if (!number)
            return unreadable_member(name);
        status.*into = *number;
    }
    const auto read = position(value->find("read"));
    const auto cursor = position(value->find("cursor"));
    if (!read)
        return unreadable_member("read");
    if (!cursor)
        return unreadable_member("cursor");
    status.read = *read;
    status.cursor = *cursor;
    if (const auto counters = value->find("counters")) {
        status.counters = position(counters);
        if (!status.counters)
            return unreadable_member("counters");
    }
    return status;
}

} // namespace metrics

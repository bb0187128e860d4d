// What a PartSeen or PartFailed says about its row.
#pragma once

#include "payments/event.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace mirror {

/// Null for other events.
[[nodiscard]] inline const payments::Row* row_of(const payments::Event& event) {
    if (const auto* seen = std::get_if<payments::PartSeen>(&event))
        return &seen->row;
    if (const auto* failed = std::get_if<payments::PartFailed>(&event))
        return &failed->row;
    return nullptr;
}

/// Nothing for other events.
[[nodiscard]] inline std::optional<base::GroupId> group_of(const payments::Event& event) {
    const auto* row = row_of(event);
    return row ? std::optional(row->key.group) : std::nullopt;
}

/// True if a row was reported but is not listed: it was deleted, or made after the listing. Its deletion may have been
/// missed because the row was unknown then.
[[nodiscard]] inline bool lacks_a_row(std::span<const payments::Event> shown, std::span<const payments::Row> listed) {
    const auto is_listed = [&](const payments::Row& row) {
        return std::any_of(listed.begin(), listed.end(),
                           [&](const payments::Row& other) { return other.created == row.created; });
    };
    return std::any_of(shown.begin(), shown.end(), [&](const payments::Event& event) {
        const auto* row = row_of(event);
        return row && !is_listed(*row);
    });
}

} // namespace mirror

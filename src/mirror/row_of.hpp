// The row inside a PartSeen or PartFailed.
#pragma once

#include "payments/event.hpp"

namespace mirror {

/// Null for other events.
[[nodiscard]] inline const payments::Row* row_of(const payments::Event& event) {
    if (const auto* seen = std::get_if<payments::PartSeen>(&event))
        return &seen->row;
    if (const auto* failed = std::get_if<payments::PartFailed>(&event))
        return &failed->row;
    return nullptr;
}

} // namespace mirror

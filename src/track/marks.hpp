// How far a consumer has been told of lightningd's rows.
#pragma once

#include "base/ids.hpp"

#include <algorithm>

namespace track {

/// Every row up to `created`, and every change up to `updated`, has been told.
struct Marks {
    base::CreatedIndex created;
    base::UpdatedIndex updated;
    bool operator==(const Marks&) const = default;
};

[[nodiscard]] inline Marks earlier(Marks a, Marks b) {
    return {std::min(a.created, b.created), std::min(a.updated, b.updated)};
}

[[nodiscard]] inline Marks later(Marks a, Marks b) {
    return {std::max(a.created, b.created), std::max(a.updated, b.updated)};
}

/// Holds nothing back.
inline constexpr Marks no_limit{{UINT64_MAX}, {UINT64_MAX}};

} // namespace track

// How far a consumer has been told of lightningd's rows.
#pragma once

#include "base/ids.hpp"

#include <algorithm>
#include <set>

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

/// What many hold back, and the least of it without asking them all: a cursor is stamped with every snapshot.
class HeldMarks final {
  public:
    void add(const Marks& marks) {
        created_.insert(marks.created);
        updated_.insert(marks.updated);
    }
    /// One that was added.
    void remove(const Marks& marks) {
        created_.erase(created_.find(marks.created));
        updated_.erase(updated_.find(marks.updated));
    }
    [[nodiscard]] Marks least() const {
        return created_.empty() ? no_limit : Marks{*created_.begin(), *updated_.begin()};
    }

  private:
    std::multiset<base::CreatedIndex> created_;
    std::multiset<base::UpdatedIndex> updated_;
};

} // namespace track

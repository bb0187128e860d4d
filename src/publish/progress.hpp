// How far a consumer has been told of lightningd's rows.
#pragma once

#include "base/ids.hpp"

#include <algorithm>
#include <set>

namespace publish {

/// Every row up to `created`, and every change up to `updated`, has been told.
struct Position {
    base::CreatedIndex created;
    base::UpdatedIndex updated;
    bool operator==(const Position&) const = default;
};

[[nodiscard]] inline Position earlier(Position a, Position b) {
    return {std::min(a.created, b.created), std::min(a.updated, b.updated)};
}

[[nodiscard]] inline Position later(Position a, Position b) {
    return {std::max(a.created, b.created), std::max(a.updated, b.updated)};
}

/// Holds nothing back.
inline constexpr Position unlimited{{UINT64_MAX}, {UINT64_MAX}};

/// How far a cursor may go, at one moment.
struct ResumeBounds {
    Position readable; ///< rows beyond have not all found their way into the table
    Position hold;     ///< a payment is undecided: its outcome moves no index, so cursors wait before its last row
};

/// What many hold back, and the least of it without asking them all: a cursor is stamped with every snapshot.
class HeldMarks final {
  public:
    void add(const Position& marks) {
        created_.insert(marks.created);
        updated_.insert(marks.updated);
    }
    /// One that was added.
    void remove(const Position& marks) {
        created_.erase(created_.find(marks.created));
        updated_.erase(updated_.find(marks.updated));
    }
    [[nodiscard]] Position least() const {
        return created_.empty() ? unlimited : Position{*created_.begin(), *updated_.begin()};
    }

  private:
    std::multiset<base::CreatedIndex> created_;
    std::multiset<base::UpdatedIndex> updated_;
};

} // namespace publish

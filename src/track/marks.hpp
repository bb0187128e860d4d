// How far a consumer has been told of lightningd's rows, and the cursor that says so on the wire.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include <algorithm>
#include <string>

namespace track {

/// Every row up to `created`, and every change up to `updated`, has been told.
struct Marks {
    base::CreatedIndex created;
    base::UpdatedIndex updated;
};

[[nodiscard]] inline Marks earlier(Marks a, Marks b) {
    return {std::min(a.created, b.created), std::min(a.updated, b.updated)};
}

/// Holds nothing back.
inline constexpr Marks no_limit{{UINT64_MAX}, {UINT64_MAX}};

/// `<node id, first 8 hex>.<run id>.<created>.<updated>`: opaque to consumers.
class CursorMaker final {
  public:
    /// `run_id` names this process: a consumer that sees a new one asks `since` with the cursor it stored.
    explicit CursorMaker(std::string run_id) : run_id_(std::move(run_id)) {}
    /// Until the node's id is known its place holds zeros.
    void set_node(const base::NodeId& id) { node_ = id.hex().substr(0, 8); }
    [[nodiscard]] std::string make(Marks marks) const {
        return node_ + '.' + run_id_ + '.' + std::to_string(marks.created.value) + '.' +
               std::to_string(marks.updated.value);
    }

  private:
    std::string node_ = "00000000";
    std::string run_id_;
};

} // namespace track

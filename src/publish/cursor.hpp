// The cursor as text: reading it and making it.
// `<node id, first 8 hex>.<run id>.<created>.<updated>[.<change number>]`, opaque to consumers. It is their position in
// the stream, so that they can ask for what came after. The change number is there where an answer contained finished
// payments beyond the position, so that the next answer does not repeat them.
#pragma once

#include "base/bytes.hpp"
#include "publish/progress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace publish {

struct Cursor {
    std::string node; ///< zeros where it was stamped before the node's id was known
    std::string run;
    Position position;
    /// Payments that ended are known as they are now if they last changed at or before it (Table::last_change of that
    /// run). 0: it says nothing of what lies beyond the position.
    std::uint64_t number = 0;
};

/// Nothing unless it is spelled exactly as CursorMaker spells it.
[[nodiscard]] std::optional<Cursor> parse_cursor(std::string_view text);

class CursorMaker final {
  public:
    static constexpr const char* unknown_node = "00000000";

    /// `run_id`, 8 hex digits, names this process: a consumer that sees a new one asks `since` with the cursor it
    /// stored.
    explicit CursorMaker(std::string run_id) : run_id_(std::move(run_id)) {}
    /// Until the node's id is known its place holds zeros.
    void set_node(const base::NodeId& id) { node_ = id.hex().substr(0, 8); }
    /// Whether a cursor can be one of this node's, as far as that is known.
    [[nodiscard]] bool is_ours(const Cursor& cursor) const;
    /// Only then does its number mean anything.
    [[nodiscard]] bool is_of_this_run(const Cursor& cursor) const { return cursor.run == run_id_; }
    [[nodiscard]] std::string make(Position position, std::uint64_t number = 0) const;

  private:
    std::string node_ = unknown_node;
    std::string run_id_;
};

} // namespace publish

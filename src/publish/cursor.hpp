// Reads and writes the cursor's text: `<node id, first 8 hex>.<run id>.<created>.<updated>[.<change
// number>[.<given>]]`, opaque to consumers. It is a consumer's position in the stream, with which it asks for later
// updates. The change number is present if an answer contained finished payments beyond the position, so that the next
// answer does not repeat them; the last field, if that answer was full.
#pragma once

#include "base/bytes.hpp"
#include "publish/progress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace publish {

struct Cursor {
    std::string node; ///< zeros if the node's id was not known yet
    std::string run;
    Position position;
    /// Finished payments whose last change has at most this number (Table::last_change of that run) are known to the
    /// consumer. 0: only the position counts.
    std::uint64_t number = 0;
    /// Rows changed up to here were given by answers of that run, although the position had to stay before them. 0: the
    /// position says all.
    base::UpdatedIndex given{};
};

/// A new run id: 8 hex digits, one of them a letter. lightning-cli sends a cursor of digits and dots alone without
/// quotes, which is not JSON.
[[nodiscard]] std::string new_run_id();

/// Nothing unless the text is exactly as CursorMaker writes it.
[[nodiscard]] std::optional<Cursor> parse_cursor(std::string_view text);

class CursorMaker final {
  public:
    static constexpr const char* unknown_node = "00000000";

    /// `run_id`: identifies this run, see new_run_id(). A consumer that sees a new one asks `since` with its stored
    /// cursor.
    explicit CursorMaker(std::string run_id) : run_id_(std::move(run_id)) {}
    /// Cursors contain zeros until the node's id is known.
    void set_node(const base::NodeId& id) { node_ = id.hex().substr(0, 8); }
    /// False if the cursor belongs to another node, as far as known.
    [[nodiscard]] bool is_ours(const Cursor& cursor) const;
    /// True if the cursor is from this run; only then do its number and `given` count.
    [[nodiscard]] bool is_of_this_run(const Cursor& cursor) const { return cursor.run == run_id_; }
    [[nodiscard]] std::string make(Position position, std::uint64_t number = 0, base::UpdatedIndex given = {}) const;

  private:
    std::string node_ = unknown_node;
    std::string run_id_;
};

} // namespace publish

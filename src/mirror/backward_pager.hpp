// Fetches rows of listsendpays backwards. lightningd lists a page only upwards from an index, so a window below the
// wanted index is asked for: wider after windows with few rows (deleted ones leave holes), narrower if it has more rows
// than a page.
#pragma once

#include "mirror/row_pager.hpp"

#include <memory>

namespace mirror {

/// Some rows before an index.
struct RowsBefore {
    std::vector<payments::Row> rows; ///< by created_index
    std::uint64_t from = 1;          ///< every row from this created_index on is in this answer or an earlier one
};

class BackwardPager final : public std::enable_shared_from_this<BackwardPager> {
  public:
    using Answer = cln::Lightningd::Answer<RowsBefore>;

    explicit BackwardPager(cln::Lightningd& lightningd) : lightningd_(lightningd) {}

    /// The rows with a created_index below `before`, which is above 1: some at least, or the hole there. One call at a
    /// time. `newest`: about the last index. See fetch_page() for the others.
    void fetch(std::uint64_t before, std::uint64_t newest, Answer answer, cln::Lightningd::Lost lost);

  private:
    struct Window {
        std::uint64_t start;
        std::uint64_t top;    ///< about where the rows end
        std::uint64_t before; ///< only rows below it
    };
    void ask(Window window, Answer answer, cln::Lightningd::Lost lost);

    cln::Lightningd& lightningd_;
    std::uint64_t width_ = rows_per_page;
};

} // namespace mirror

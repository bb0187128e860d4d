// Fetches one page of listsendpays and knows how far it reaches; callers loop.
#pragma once

#include "cln/lightningd.hpp"

namespace mirror {

inline constexpr std::size_t rows_per_page = 100;

struct RowQuery {
    cln::Index index = cln::Index::created; ///< whose order, created or updated
    std::uint64_t after = 0;                ///< rows beyond this index
    std::uint64_t counter = 0;              ///< as far as lightningd is known to have counted
    bool only_pending = false;              ///< in the order of `created`
};

struct RowPage {
    std::vector<payments::Row> rows;
    std::uint64_t upto = 0; ///< all there was up to this index is in this page or before it
    bool last = false;      ///< there was nothing more when it was asked for
};

/// Where the row stands in that index.
[[nodiscard]] std::uint64_t index_of(const payments::Row& row, cln::Index index);

/// `answer` gets lightningd's error when it refuses; `lost` as in cln::Lightningd.
void fetch_page(cln::Lightningd& lightningd, const RowQuery& query, cln::Lightningd::Answer<RowPage> answer,
                cln::Lightningd::Lost lost = nullptr);

} // namespace mirror

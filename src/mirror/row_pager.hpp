// Fetches one page of listsendpays and computes how far it reaches. Callers loop.
#pragma once

#include "cln/lightningd.hpp"

namespace mirror {

inline constexpr std::size_t rows_per_page = 100;

struct RowQuery {
    cln::Index index = cln::Index::created; ///< order of the rows: created or updated
    std::uint64_t after = 0;                ///< only rows after this index
    std::uint64_t counter = 0;              ///< the last known value of lightningd's counter
    bool only_pending = false;              ///< needs the order of `created`
};

struct RowPage {
    std::vector<payments::Row> rows;
    std::uint64_t upto = 0; ///< every row up to this index is in this page or an earlier one
    bool last = false;      ///< no more rows existed at the time of the request
};

/// The row's value of that index.
[[nodiscard]] std::uint64_t index_of(const payments::Row& row, cln::Index index);

/// `answer` gets lightningd's error if it refuses; `lost`: see cln::Lightningd.
void fetch_page(cln::Lightningd& lightningd, const RowQuery& query, cln::Lightningd::Answer<RowPage> answer,
                cln::Lightningd::Lost lost = nullptr);

} // namespace mirror

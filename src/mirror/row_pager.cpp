#include "mirror/row_pager.hpp"

#include <algorithm>

namespace mirror {

std::uint64_t index_of(const payments::Row& row, cln::Index index) {
    return index == cln::Index::created ? row.created.value : row.updated.value;
}

void fetch_page(cln::Lightningd& lightningd, const RowQuery& query, cln::Lightningd::Answer<RowPage> answer,
                cln::Lightningd::Lost lost) {
    const auto read = [query,
                       answer = std::move(answer)](const tl::expected<cln::Lightningd::Listing, rpc::Error>& listing) {
        if (!listing)
            return answer(tl::unexpected(listing.error()));
        auto reached = query.after;
        for (const auto& row : listing->rows)
            reached = std::max(reached, index_of(row, query.index));
        // A short page reaches up to the counter at the time of the request: indexes without a row belong to deleted
        // rows. A full page without a readable row must not be requested again and again.
        const bool full = listing->size >= rows_per_page && reached > query.after;
        answer(RowPage{listing->rows, full ? reached : std::max(reached, query.counter), !full});
    };
    if (query.only_pending)
        lightningd.list_pending_page(query.after + 1, rows_per_page, read);
    else
        lightningd.list_page(query.index, query.after + 1, rows_per_page, read, std::move(lost));
}

} // namespace mirror

#include "mirror/backward_pager.hpp"

#include <algorithm>

namespace mirror {

namespace {

constexpr std::uint64_t widest = std::uint64_t{1} << 40;

} // namespace

void BackwardPager::fetch(std::uint64_t before, std::uint64_t newest, Answer answer, cln::Lightningd::Lost lost) {
    const auto top = std::min(before, std::max<std::uint64_t>(newest, 1) + 1);
    const auto width = before > top ? width_ - width_ / 10 : width_; // room for rows that are newer than `newest`
    ask({top > width ? top - width : 1, top, before}, std::move(answer), std::move(lost));
}

void BackwardPager::ask(Window window, Answer answer, cln::Lightningd::Lost lost) {
    const auto read = [self = shared_from_this(), window, answer = std::move(answer),
                       lost](const tl::expected<cln::Lightningd::Listing, rpc::Error>& listing) mutable {
        if (!listing)
            return answer(tl::unexpected(listing.error()));
        auto reached = window.start;
        for (const auto& row : listing->rows)
            reached = std::max(reached, row.created.value);
        if (listing->size >= rows_per_page && reached < window.before - 1) { // it may have more rows than these
            const auto middle = window.start + (std::max(window.top, window.start) - window.start) / 2;
            window.start = std::max(middle, reached + 1);
            self->width_ = rows_per_page;
            return self->ask(window, std::move(answer), std::move(lost));
        }
        RowsBefore found{listing->rows, window.start};
        std::erase_if(found.rows, [&](const auto& row) { return row.created.value >= window.before; });
        std::sort(found.rows.begin(), found.rows.end(),
                  [](const auto& a, const auto& b) { return a.created < b.created; });
        if (found.rows.size() < rows_per_page / 4)
            self->width_ = std::min((found.rows.empty() ? 16 : 2) * self->width_, widest);
        answer(std::move(found));
    };
    lightningd_.list_page(cln::Index::created, window.start, rows_per_page, read, std::move(lost));
}

} // namespace mirror

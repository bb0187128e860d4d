#include "track/by_hash.hpp"

#include "track/past.hpp"

#include <algorithm>

namespace track {

namespace {

/// The table's own word counts where both know a payment: it has seen more than the rows say.
std::vector<payments::Payment> merged(const payments::Table& table, const base::PaymentHash& hash,
                                      const std::vector<payments::Row>& rows) {
    std::vector<payments::Payment> all;
    for (const auto* followed : table.groups(hash))
        all.push_back(*followed);
    for (auto& past : past_payments(rows))
        if (!table.find(past.key))
            all.push_back(std::move(past));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return all;
}

} // namespace

void payments_of(cln::Lightningd& lightningd, const payments::Table& table, const base::PaymentHash& hash,
                 OfHash answer) {
    lightningd.list(hash, [&table, hash, answer = std::move(answer)](const auto& listing) {
        if (!listing && table.groups(hash).empty())
            return answer(tl::unexpected(listing.error().error));
        answer(merged(table, hash, listing ? listing->rows : std::vector<payments::Row>{}));
    });
}

} // namespace track

#include "commands/lookup.hpp"

#include "commands/history.hpp"

#include <algorithm>

namespace commands {

namespace {

/// The table's own word counts where both know a payment: it has seen more than the rows say.
std::vector<payments::Payment> merged(const payments::Table& table, const base::PaymentHash& hash,
                                      std::vector<payments::Payment> past) {
    std::vector<payments::Payment> all;
    for (const auto* followed : table.groups(hash))
        all.push_back(*followed);
    for (auto& payment : past)
        if (!table.find(payment.key))
            all.push_back(std::move(payment));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return all;
}

} // namespace

void lookup(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
            const base::PaymentHash& hash, LookupDone answer) {
    lightningd.list(hash, [&invoices, &table, hash, answer = std::move(answer)](const auto& listing) {
        if (!listing && table.groups(hash).empty())
            return answer(tl::unexpected(listing.error().error));
        // Only what the table does not have is made anew.
        auto rows = listing ? listing->rows : std::vector<payments::Row>{};
        std::erase_if(rows, [&](const auto& row) { return table.find(row.key) != nullptr; });
        load_history(invoices, std::move(rows), [&table, hash, answer](std::vector<payments::Payment> past, bool lost) {
            auto all = merged(table, hash, lost ? std::vector<payments::Payment>{} : std::move(past));
            if (lost && all.empty())
                return answer(tl::unexpected(rpc::Error{-1, "lightningd's RPC socket was lost; ask again"}));
            answer(std::move(all));
        });
    });
}

} // namespace commands

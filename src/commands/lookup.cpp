#include "commands/lookup.hpp"

#include "commands/answer.hpp"
#include "commands/history.hpp"

#include <algorithm>

namespace commands {

namespace {

/// Where both have a payment the table's is used: the plugin saw more than the rows contain.
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

/// The data of a lookup in progress.
struct Lookup {
    mirror::InvoiceLookup& invoices;
    const payments::Table& table;
    base::PaymentHash hash;
    LookupDone answer;

    /// `rows`: all rows of the hash. Builds only payments that the table does not have.
    void found(std::vector<payments::Row> rows) const {
        std::erase_if(rows, [&](const auto& row) { return table.find(row.key) != nullptr; });
        load_history(invoices, std::move(rows), [one = *this](std::vector<payments::Payment> past, bool lost) {
            if (lost)
                one.not_asked(socket_lost());
            else
                one.answer(merged(one.table, one.hash, std::move(past)));
        });
    }
    void not_asked(const rpc::Error& error) const {
        auto known = merged(table, hash, {});
        if (known.empty())
            answer(tl::unexpected(error));
        else
            answer(std::move(known));
    }
};

} // namespace

void lookup(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
            const base::PaymentHash& hash, LookupDone answer) {
    const Lookup one{invoices, table, hash, std::move(answer)};
    lightningd.list(
        hash,
        [one](const auto& listing) {
            if (listing)
                one.found(listing->rows);
            else
                one.not_asked(listing.error());
        },
        [one] { one.not_asked(socket_lost()); });
}

} // namespace commands

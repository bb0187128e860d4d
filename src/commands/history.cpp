#include "commands/history.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace commands {

namespace {

/// Reads the invoices one after the other: those that lightningd must decode are not all requested at once, because
/// payments come first.
class PastReader final : public std::enable_shared_from_this<PastReader> {
  public:
    PastReader(mirror::InvoiceLookup& invoices, std::vector<payments::Row> rows, HistoryDone done)
        : invoices_(invoices), rows_(std::move(rows)), done_(std::move(done)) {}

    /// Reads invoices until one needs lightningd, or all are read.
    void run() {
        while (at_ < rows_.size()) {
            const auto& row = rows_[at_++];
            if (row.invoice.empty() || !asked_.insert(row.invoice).second)
                continue;
            const auto later = [self = shared_from_this()](const payments::InvoiceDecoded* decoded) {
                if (decoded)
                    self->decoded_.push_back(*decoded);
                else
                    self->lost_ = true;
                self->run();
            };
            auto decoded = invoices_.read(row.invoice, row.key.hash, later);
            if (!decoded)
                return;
            decoded_.push_back(std::move(*decoded));
        }
        done_(payments_from_rows(rows_, decoded_), lost_);
    }

  private:
    mirror::InvoiceLookup& invoices_;
    std::vector<payments::Row> rows_;
    HistoryDone done_;
    std::size_t at_ = 0;
    std::unordered_set<std::string_view> asked_; // invoices of rows_
    bool lost_ = false;
    std::vector<payments::InvoiceDecoded> decoded_;
};

} // namespace

std::vector<payments::Payment> payments_from_rows(const std::vector<payments::Row>& rows,
                                                  const std::vector<payments::InvoiceDecoded>& invoices) {
    std::vector<payments::Event> events;
    events.reserve(2 * rows.size() + invoices.size());
    for (const auto& row : rows)
        events.emplace_back(payments::PartSeen{row, std::nullopt});
    events.insert(events.end(), invoices.begin(), invoices.end());
    for (const auto& row : rows)
        events.emplace_back(payments::GivenUp{row.key.hash, row.key.group, false});
    // Apply the table's rules by using a small table.
    payments::Table table(SIZE_MAX);
    table.apply(events);
    std::vector<payments::Payment> past;
    past.reserve(table.size());
    table.for_each([&](const payments::Payment& payment) { past.push_back(payment); });
    std::sort(past.begin(), past.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return past;
}

void load_history(mirror::InvoiceLookup& invoices, std::vector<payments::Row> rows, HistoryDone done) {
    std::make_shared<PastReader>(invoices, std::move(rows), std::move(done))->run();
}

} // namespace commands

#include "track/past.hpp"

#include <algorithm>

namespace track {

std::vector<payments::Payment> past_payments(const std::vector<payments::Row>& rows) {
    std::vector<payments::Event> events;
    events.reserve(2 * rows.size());
    for (const auto& row : rows)
        events.emplace_back(payments::PartSeen{row, std::nullopt});
    for (const auto& row : rows)
        events.emplace_back(payments::GivenUp{row.key.hash, row.key.group, false});
    // The rules are the table's: a small one of its own is asked.
    payments::Table table(SIZE_MAX);
    table.apply(events);
    std::vector<payments::Payment> past;
    past.reserve(table.size());
    table.for_each([&](const payments::Payment& payment) { past.push_back(payment); });
    std::sort(past.begin(), past.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return past;
}

} // namespace track

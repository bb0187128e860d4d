#include "payments/payment.hpp"

#include "base/prefetch.hpp"

#include <algorithm>

namespace payments {

bool Payment::any(PartStatus status) const {
    return std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return part.status == status; });
}

Status Payment::status() const {
    if (outcome)
        return *outcome;
    return decide({any(PartStatus::pending), any(PartStatus::complete), any(PartStatus::failed), reason.has_value()});
}

bool Payment::undecided() const {
    return !outcome && !reason && !parts.empty() &&
           std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.status == PartStatus::failed; });
}

base::Msat Payment::fee() const {
    base::Msat fee;
    for (const auto& part : parts)
        if (const auto delivered = part.delivered(); delivered && part.status == PartStatus::complete)
            fee = fee + (part.sent - *delivered);
    return fee;
}

std::optional<base::Preimage> Payment::preimage() const {
    for (const auto& part : parts)
        if (part.status == PartStatus::complete && part.preimage)
            return part.preimage;
    return std::nullopt;
}

std::size_t Payment::rows() const {
    return static_cast<std::size_t>(
        std::count_if(parts.begin(), parts.end(), [](const Part& part) { return !part.row_gone; }));
}

bool Payment::has_complete_row() const {
    return std::any_of(parts.begin(), parts.end(),
                       [](const Part& part) { return part.status == PartStatus::complete && !part.row_gone; });
}

Part* Payment::find(base::CreatedIndex created) {
    const auto at = std::lower_bound(parts.begin(), parts.end(), created,
                                     [](const Part& part, base::CreatedIndex wanted) { return part.created < wanted; });
    return at != parts.end() && at->created == created ? &*at : nullptr;
}

bool Payment::holds(const PaymentKey& rows) const {
    return rows.hash == key.hash && (rows.group == key.group || std::find(more_groups.begin(), more_groups.end(),
                                                                          rows.group) != more_groups.end());
}

Part* Payment::find(base::GroupId group, base::PartId partid) {
    const auto is_it = [&](const Part& part) { return part.partid == partid && part.group == group && !part.row_gone; };
    // Most payers number their parts in the order of the rows: try that position first.
    const auto guess = parts.empty() ? 0 : partid.value - parts.front().partid.value;
    if (guess < parts.size() && is_it(parts[guess]))
        return &parts[guess];
    const auto at = std::find_if(parts.rbegin(), parts.rend(), is_it);
    return at != parts.rend() ? &*at : nullptr;
}

Part& Payment::insert(Part part) {
    if (parts.size() == parts.capacity())
        parts.reserve(parts.size() + parts.size() / 4 + 1); // not doubled: parts are large, and few are added
    const auto at =
        std::lower_bound(parts.begin(), parts.end(), part.created,
                         [](const Part& other, base::CreatedIndex wanted) { return other.created < wanted; });
    return *parts.insert(at, std::move(part));
}

void Payment::prefetch() const {
    constexpr std::size_t most = 4; // of hundreds, the first would leave the cache before the last is loaded
    base::prefetch(parts.data(), std::min(parts.size(), most) * sizeof(Part));
    base::prefetch(invoice.data(), invoice.size());
}

} // namespace payments

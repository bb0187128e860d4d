// Collects the results of one Table::apply() while it processes its facts. Used inside the table only.
#pragma once

#include "payments/table.hpp"

#include <algorithm>

namespace payments {

struct Table::Batch {
    Change change;
    std::vector<EntryRef>& touched;                       // their outcome is updated at the end, in this order
    std::vector<EntryRef>& fresh;                         // seen for the first time
    std::uint64_t outcomes_before;                        // later outcomes are of this change, not published yet
    std::unordered_map<const Payment*, Payment> before{}; // payments that lost a part, as they were before

    void touch(EntryRef entry) {
        if (!contains(touched, entry))
            touched.push_back(entry);
    }
    [[nodiscard]] bool has_ended(const Payment& payment) const {
        return payment.outcome && payment.outcome_number > outcomes_before;
    }
    [[nodiscard]] bool is_fresh(EntryRef entry) const { return contains(fresh, entry); }
    void loses_a_part(EntryRef entry) { before.try_emplace(&*entry, *entry); }
    void visible(EntryRef entry) {
        touch(entry);
        if (!contains(change.updated, &*entry))
            change.updated.push_back(&*entry);
    }
    Change::Deletion& deletion_of(const Payment& payment) {
        auto& all = change.deleted;
        const auto known = std::find_if(all.begin(), all.end(), [&](const Change::Deletion& other) {
            return other.key == payment.key && other.index == payment.index;
        });
        return known != all.end() ? *known : all.emplace_back(Change::Deletion{payment.key, payment.index, {}, 0});
    }
    /// The payment is about to leave the table.
    void erase(EntryRef entry) {
        std::erase(touched, entry);
        std::erase(fresh, entry);
        std::erase(change.updated, &*entry);
        before.erase(&*entry);
    }

  private:
    static bool contains(const auto& all, auto one) { return std::find(all.begin(), all.end(), one) != all.end(); }
};

} // namespace payments

// What one Table::apply() gathers while its facts come in. Inside the table only.
#pragma once

#include "payments/table.hpp"

#include <algorithm>

namespace payments {

struct Table::Batch {
    Change change;
    std::vector<PaymentKey>& touched;                 // to be judged at the end, in this order
    std::vector<PaymentKey>& fresh;                   // seen for the first time
    std::unordered_map<PaymentKey, Payment> before{}; // that lost a part, as they were with all

    void touch(const PaymentKey& key) {
        if (std::find(touched.begin(), touched.end(), key) == touched.end())
            touched.push_back(key);
    }
    [[nodiscard]] bool is_fresh(const PaymentKey& key) const {
        return std::find(fresh.begin(), fresh.end(), key) != fresh.end();
    }
    void loses_a_part(const Payment& payment) { before.try_emplace(payment.key, payment); }
    void visible(const PaymentKey& key) {
        touch(key);
        if (std::find(change.updated.begin(), change.updated.end(), key) == change.updated.end())
            change.updated.push_back(key);
    }
};

} // namespace payments

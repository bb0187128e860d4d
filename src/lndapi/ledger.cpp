#include "lndapi/ledger.hpp"

#include "lndapi/debt.hpp"

#include <algorithm>

namespace lndapi {

void Ledger::keep_limits(Debt& grown) {
    if (grown.bytes() > limits_.one)
        grown.cut_off_();
    while (bytes_ > limits_.all)
        largest().cut_off_();
}

Debt& Ledger::largest() const {
    return **std::max_element(debts_.begin(), debts_.end(),
                              [](const Debt* a, const Debt* b) { return a->bytes() < b->bytes(); });
}

} // namespace lndapi

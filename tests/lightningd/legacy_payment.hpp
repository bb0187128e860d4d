// One payment by the imitations of plugins pay and keysend: createonion, sendonion and waitsendpay for each part,
// pay_success or pay_failure at the end, answered when every part has ended (src/cln/README.md, "pay and keysend";
// recordings pay_legacy*, keysend).
#pragma once

#include "node.hpp"

namespace standin {

struct LegacyOrder {
    Invoice invoice;
    std::uint64_t amount = 0;
    std::string label;
    std::string description;
    std::string plugin; ///< pay or keysend
};

void begin_legacy_payment(Node& node, RequestPtr request, LegacyOrder order);

} // namespace standin

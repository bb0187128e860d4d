// One payment by the imitation of plugin cln-xpay: of xpay, of a redirected pay, of sendamount or xkeysend. Order of
// calls and notifications, ids, results and errors are the real ones (src/cln/README.md, "Order of events", "xpay");
// the parts and their outcomes are the scenario's.
#pragma once

#include "invoices.hpp"
#include "node.hpp"

namespace standin {

struct XpayOrder {
    enum class Kind {
        xpay,
        as_pay,
        sendamount, ///< `amount` leaves the node, the fee is part of it
        xkeysend    ///< to a node, without an invoice to show
    };
    Kind kind = Kind::xpay;
    Invoice invoice;
    std::uint64_t amount = 0;    ///< `total_payment_msat`
    std::uint64_t set_total = 0; ///< msat that the payee waits for; more than `amount` if others pay a share
    std::string label;
};

void begin_xpay(Node& node, RequestPtr request, XpayOrder order);

} // namespace standin

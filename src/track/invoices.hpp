// Has lightningd decode the invoices of payments of which something is missing: what they ask for, where nothing else
// says it, and the payment secret that xpay's parts carry. Asked beside everything else, never waited for; remembered
// for the next attempt at the same invoice.
#pragma once

#include "cln/lightningd.hpp"
#include "payments/table.hpp"

#include <deque>

namespace track {

class Invoices final {
  public:
    using Decoded = std::function<void(payments::InvoiceDecoded)>;

    Invoices(cln::Lightningd& lightningd, const payments::Table& table, Decoded decoded);

    void look(const payments::Change& change);

  private:
    void ask(const std::string& invoice, const base::PaymentHash& hash);

    static constexpr std::size_t remembered = 1000;

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    Decoded decoded_;
    /// By payment hash; nothing while the answer is awaited, and for what lightningd could not decode.
    std::unordered_map<base::PaymentHash, std::optional<payments::InvoiceDecoded>> known_;
    std::deque<base::PaymentHash> order_; // of known_, oldest first
};

} // namespace track

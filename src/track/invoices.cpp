#include "track/invoices.hpp"

#include <algorithm>

namespace track {

namespace {

bool lacks_something(const payments::Payment& payment) {
    const bool lacks_secret = !payment.invoice_secret &&
                              std::any_of(payment.parts.begin(), payment.parts.end(), [](const payments::Part& part) {
                                  return part.route && part.route->secret_of_invoice;
                              });
    return !payment.invoice.empty() && (lacks_secret || payment.total.source == payments::TotalSource::none);
}

} // namespace

Invoices::Invoices(cln::Lightningd& lightningd, const payments::Table& table, Decoded decoded)
    : lightningd_(lightningd), table_(table), decoded_(std::move(decoded)) {}

void Invoices::look(const payments::Change& change) {
    for (const auto& key : change.updated) {
        const auto* payment = table_.find(key);
        if (!payment || !lacks_something(*payment))
            continue;
        const auto known = known_.find(key.hash);
        if (known == known_.end())
            ask(payment->invoice, key.hash);
        else if (known->second && known->second->invoice == payment->invoice &&
                 payment->total.source != payments::TotalSource::invoice)
            decoded_(*known->second);
    }
}

void Invoices::ask(const std::string& invoice, const base::PaymentHash& hash) {
    if (!lightningd_.up())
        return; // asked with the next news
    if (order_.size() == remembered) {
        known_.erase(order_.front());
        order_.pop_front();
    }
    known_.emplace(hash, std::nullopt);
    order_.push_back(hash);
    lightningd_.decode_invoice(invoice, [this, invoice, hash](const auto& decoded) {
        const auto at = known_.find(hash);
        if (at == known_.end())
            return;
        if (!decoded && decoded.error().lost) { // asked with the next news
            known_.erase(at);
            std::erase(order_, hash);
            return;
        }
        if (!decoded || decoded->hash != hash)
            return;
        at->second = payments::InvoiceDecoded{hash, invoice, decoded->amount, decoded->payment_secret};
        decoded_(*at->second);
    });
}

} // namespace track

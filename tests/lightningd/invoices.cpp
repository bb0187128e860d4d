#include "invoices.hpp"

#include "entropy.hpp"

namespace standin {

const Invoice& Invoices::add(Invoice invoice) {
    if (invoice.preimage == base::Preimage{})
        invoice.preimage = random_preimage();
    invoice.hash = hash_of(invoice.preimage);
    if (invoice.payment_secret.empty())
        invoice.payment_secret = random_hex(32);
    if (invoice.text.empty())
        invoice.text = (invoice.bolt12 ? "lni1standin" : "lnbcrt1standin") + invoice.hash.hex();
    texts_[invoice.text] = invoice.hash;
    labels_[invoice.label] = invoice.hash;
    const auto hash = invoice.hash;
    return invoices_[hash] = std::move(invoice);
}

const Invoice* Invoices::by_hash(const base::PaymentHash& hash) const {
    const auto at = invoices_.find(hash);
    return at == invoices_.end() ? nullptr : &at->second;
}

const Invoice* Invoices::by_text(const std::string& text) const {
    const auto at = texts_.find(text);
    return at == texts_.end() ? nullptr : by_hash(at->second);
}

const Invoice* Invoices::by_label(const std::string& label) const {
    const auto at = labels_.find(label);
    return at == labels_.end() ? nullptr : by_hash(at->second);
}

} // namespace standin

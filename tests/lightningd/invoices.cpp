#include "invoices.hpp"

#include "entropy.hpp"
#include "invoice_text.hpp"

namespace standin {

namespace {

/// `number` makes invoices different that would otherwise be the same: it takes the place of the time.
std::string text_of(const Invoice& invoice, std::uint64_t number) {
    if (invoice.bolt12)
        return invoice_text::bolt12(invoice.hash.bytes, invoice.amount, number, invoice.description);
    const auto amount = invoice.amount == 0 ? std::nullopt : std::optional(invoice.amount);
    const auto secret = base::from_hex(invoice.payment_secret).value_or(std::vector<std::uint8_t>(32));
    return invoice_text::bolt11(invoice.hash.bytes, amount, secret, number, invoice.description);
}

} // namespace

const Invoice& Invoices::add(Invoice invoice) {
    if (invoice.preimage == base::Preimage{})
        invoice.preimage = random_preimage();
    invoice.hash = hash_of(invoice.preimage);
    if (invoice.payment_secret.empty())
        invoice.payment_secret = random_hex(32);
    if (invoice.text.empty())
        invoice.text = text_of(invoice, invoices_.size());
    const std::size_t place = invoices_.size();
    texts_[invoice.text] = labels_[invoice.label] = hashes_[invoice.hash] = place;
    return invoices_.emplace_back(std::move(invoice));
}

const Invoice* Invoices::by_hash(const base::PaymentHash& hash) const {
    const auto at = hashes_.find(hash);
    return at == hashes_.end() ? nullptr : &invoices_[at->second];
}

const Invoice* Invoices::by_text(const std::string& text) const {
    const auto at = texts_.find(text);
    return at == texts_.end() ? nullptr : &invoices_[at->second];
}

const Invoice* Invoices::by_label(const std::string& label) const {
    const auto at = labels_.find(label);
    return at == labels_.end() ? nullptr : &invoices_[at->second];
}

const Offer& Invoices::add_offer(Offer offer) {
    offer.text = "lno1standin" + random_hex(16);
    const std::string text = offer.text;
    return offers_[text] = std::move(offer);
}

const Offer* Invoices::offer_by_text(const std::string& text) const {
    const auto at = offers_.find(text);
    return at == offers_.end() ? nullptr : &at->second;
}

} // namespace standin

#include "mirror/invoice_lookup.hpp"

#include <algorithm>

namespace mirror {

namespace {

void answer_with(const InvoiceLookup::Answer& answer, const std::optional<payments::InvoiceDecoded>& decoding,
                 const base::PaymentHash& hash) {
    answer(decoding && decoding->hash == hash ? &*decoding : nullptr, false);
}

} // namespace

InvoiceLookup::InvoiceLookup(cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts)
    : lightningd_(lightningd), table_(table), facts_(facts) {}

void InvoiceLookup::read(const std::string& invoice, const base::PaymentHash& hash, const Answer& answer) {
    if (const auto at = known_.find(invoice); at != known_.end() && at->second.decoding)
        return answer_with(answer, *at->second.decoding, hash);
    const bool asked = known_.contains(invoice);
    known_[invoice].waiting.emplace_back(hash, answer);
    if (!asked)
        ask(invoice);
}

void InvoiceLookup::changed(const payments::Change& change) {
    std::vector<payments::Event> known; // applied last, because that invalidates the change
    for (const auto* payment : change.updated) {
        if (payment->invoice.empty() || payment->invoice_read || !lightningd_.up())
            continue; // requested at the next change
        const auto at = known_.find(payment->invoice);
        if (at == known_.end()) {
            known_.try_emplace(payment->invoice);
            ask(payment->invoice);
        } else if (const auto& decoding = at->second.decoding;
                   decoding && *decoding && (*decoding)->hash == payment->key.hash) {
            known.emplace_back(**decoding);
        }
    }
    for (auto& fact : known)
        facts_.take(std::move(fact), Source::socket);
}

void InvoiceLookup::ask(const std::string& invoice) {
    lightningd_.decode_invoice(
        invoice,
        [this, invoice](const auto& decoded) {
            Decoding decoding;
            if (decoded)
                decoding = payments::InvoiceDecoded{decoded->hash, invoice, decoded->amount, decoded->payment_secret};
            answered(invoice, decoding, false);
        },
        [this, invoice] { answered(invoice, std::nullopt, true); });
}

void InvoiceLookup::answered(const std::string& invoice, const Decoding& decoding, bool lost) {
    const auto waiting = std::move(known_.at(invoice).waiting);
    known_.erase(invoice);
    if (!lost)
        remember(invoice, decoding);
    for (const auto& [hash, answer] : waiting)
        if (lost)
            answer(nullptr, true);
        else
            answer_with(answer, decoding, hash);
    if (decoding && is_missed(*decoding))
        facts_.take(*decoding, Source::socket);
}

void InvoiceLookup::remember(const std::string& invoice, const Decoding& decoding) {
    if (invoice.size() > longest_remembered)
        return;
    known_[invoice].decoding = decoding;
    order_.push_back(invoice);
    if (order_.size() > remembered) {
        known_.erase(order_.front());
        order_.pop_front();
    }
}

/// True if a payment of the table still lacks this invoice's values.
bool InvoiceLookup::is_missed(const payments::InvoiceDecoded& decoded) const {
    const auto groups = table_.groups(decoded.hash);
    return std::any_of(groups.begin(), groups.end(), [&](const payments::Payment* payment) {
        return payment->invoice == decoded.invoice && !payment->invoice_read;
    });
}

} // namespace mirror

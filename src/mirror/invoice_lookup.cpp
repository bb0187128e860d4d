#include "mirror/invoice_lookup.hpp"

#include <algorithm>
#include <utility>

namespace mirror {

namespace {

payments::InvoiceDecoded for_hash(const base::PaymentHash& hash, const std::string& text,
                                  const bolt::Invoice& invoice) {
    if (invoice.hash != hash)
        return {hash, text, std::nullopt, std::nullopt};
    return {hash, text, invoice.amount, invoice.payment_secret};
}

} // namespace

InvoiceLookup::InvoiceLookup(cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts)
    : lightningd_(lightningd), table_(table), facts_(facts) {}

std::optional<payments::InvoiceDecoded> InvoiceLookup::read(const std::string& invoice, const base::PaymentHash& hash,
                                                            Answer answer) {
    if (const auto found = bolt::read_invoice(invoice))
        return for_hash(hash, invoice, *found);
    ask(invoice, {hash, std::move(answer)});
    return std::nullopt;
}

void InvoiceLookup::changed(const payments::Change& change) {
    std::vector<payments::Event> known; // applied last, because that invalidates the change
    for (const auto* payment : change.updated) {
        if (payment->invoice.empty() || payment->invoice_read)
            continue;
        const auto& hash = payment->key.hash;
        if (const auto found = bolt::read_invoice(payment->invoice)) {
            known.emplace_back(for_hash(hash, payment->invoice, *found));
            continue;
        }
        const auto at = asked_.find(payment->invoice);
        const bool waits = at != asked_.end() && std::any_of(at->second.begin(), at->second.end(),
                                                             [&](const Waiting& one) { return one.hash == hash; });
        if (!waits && lightningd_.up()) // else requested at the next change
            ask(payment->invoice, {hash, nullptr});
    }
    for (auto& fact : known)
        facts_.take(std::move(fact), Source::socket);
}

void InvoiceLookup::ask(const std::string& invoice, Waiting waiting) {
    auto& all = asked_[invoice];
    all.push_back(std::move(waiting));
    if (all.size() > 1)
        return;
    lightningd_.decode_invoice(
        invoice, [this, invoice](const auto& decoded) { answered(invoice, decoded ? *decoded : bolt::Invoice{}); },
        [this, invoice] { lost(invoice); });
}

void InvoiceLookup::answered(const std::string& invoice, const bolt::Invoice& decoded) {
    const auto all = asked_.extract(invoice);
    for (const auto& waiting : all.mapped()) {
        const auto values = for_hash(waiting.hash, invoice, decoded);
        if (waiting.answer)
            waiting.answer(&values);
        if (is_missed(values))
            facts_.take(values, Source::socket);
    }
}

void InvoiceLookup::lost(const std::string& invoice) {
    const auto all = asked_.extract(invoice);
    for (const auto& waiting : all.mapped())
        if (waiting.answer)
            waiting.answer(nullptr);
}

/// True if a payment of the table still lacks this invoice's values.
bool InvoiceLookup::is_missed(const payments::InvoiceDecoded& decoded) const {
    const auto groups = table_.groups(decoded.hash);
    return std::any_of(groups.begin(), groups.end(), [&](const payments::Payment* payment) {
        return payment->invoice == decoded.invoice && !payment->invoice_read;
    });
}

} // namespace mirror

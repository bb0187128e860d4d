// Applies each kind of fact to the table. table.cpp decides what follows (outcomes, reopening), in the same way for all
// facts.
#include "payments/table_batch.hpp"

#include <algorithm>

namespace payments {

void Table::on(const PartSeen& event, Batch& batch) {
    if (const auto at = location_of(event.row, batch))
        show(*at, event.row, event.seen, batch);
}

void Table::on(const PartFailed& event, Batch& batch) {
    const auto at = location_of(event.row, batch);
    if (!at)
        return;
    Row row = event.row;
    row.status = PartStatus::failed;
    show(*at, row, event.seen, batch);
    explain(*at, event.failure, batch);
}

void Table::show(Location at, const Row& row, std::optional<base::UnixNs> seen, Batch& batch) {
    // The times of a payment that is over were published. A fact that shows nothing else may not change them.
    const bool published = at.payment->outcome && row.status <= at.part.status;
    bool visible = store_.change(at, [&](Part& part) {
        if (seen && !published) {
            if (row.status == PartStatus::pending)
                part.saw_attempt(*seen);
            else
                part.saw_resolution(*seen);
        }
        const auto completed_at = part.completed_at;
        const bool changed = part.merge(row);
        if (published && !changed)
            part.completed_at = completed_at;
        return changed;
    });
    if (at.payment->invoice.empty() && !row.invoice.empty()) { // `pay` stores it with one part only
        at.payment->invoice = row.invoice;
        visible = true;
    }
    if (visible)
        batch.visible(at.payment);
}

void Table::explain(Location at, const Failure& failure, Batch& batch) {
    if (store_.change(at, [&](Part& part) { return part.merge(failure); }))
        batch.visible(at.payment);
}

void Table::on(const PartNumbered& event, Batch&) {
    if (const auto at = locate(event.key, event.created))
        store_.change(*at, [&](Part& part) {
            part.updated = std::max(part.updated, event.updated);
            return false;
        });
}

void Table::on(const PartDeleted& event, Batch& batch) {
    if (const auto at = locate(event.key, event.created))
        remove_part(*at, batch);
    else
        store_.add_tombstone(event.created); // an older listing with this row may still arrive
}

void Table::on(const ExpectedPart& event, Batch& batch) {
    // The row may have been read before the call: they come by different pipes. If the part was announced before,
    // lightningd refuses this call, or makes another row for it.
    for (const auto payment : store_.groups(event.hash)) {
        const auto group = event.group.value_or(payment->key.group);
        auto* part = payment->totals.may_have(event.partid) ? payment->find(group, event.partid) : nullptr;
        const bool fits = part && !part->expected.overlap(event.by) && event.sent.value_or(part->sent) == part->sent;
        if (fits && part->created_at.seconds() >= event.seen.seconds())
            return attach({payment, *part}, event, batch);
    }
    expected_parts_.add(event);
}

void Table::on(const PartEnded& event, Batch& batch) {
    if (!event.report)
        return;
    const auto payment = store_.find(event.key);
    if (auto* part = payment ? (*payment)->find(event.key.group, event.partid) : nullptr)
        report({*payment, *part}, *event.report, batch);
    else if (auto* expected = expected_parts_.find(event.key, event.partid))
        expected->report = event.report;
}

void Table::on(const PartExplained& event, Batch& batch) {
    if (const auto at = locate(event.key, event.created))
        explain(*at, event.failure, batch);
}

void Table::on(const InvoiceDecoded& event, Batch& batch) {
    for (const auto sibling : store_.groups(event.hash)) {
        auto& payment = *sibling;
        if (payment.invoice != event.invoice)
            continue;
        // The invoice's values appear in the next snapshot. Publish one now only if no further change will come.
        const bool is_last = payment.terminal() && !payment.invoice_secret && event.payment_secret &&
                             std::any_of(payment.parts.begin(), payment.parts.end(),
                                         [](const Part& part) { return part.route && part.route->secret_of_invoice; });
        const auto before = payment.value();
        payment.invoice_read = true;
        payment.invoice_secret = event.payment_secret;
        payment.invoice_amount = event.amount;
        if (is_last || payment.value() != before)
            batch.visible(sibling);
    }
}

void Table::on(const GivenUp& event, Batch& batch) {
    const auto payment = event.group ? store_.find({event.hash, *event.group}) : newest_of(event);
    if (payment)
        give_up(*payment, batch);
}

/// The newest payment of the hash to which the event can apply.
std::optional<EntryRef> Table::newest_of(const GivenUp& event) const {
    const auto known = store_.groups(event.hash);
    const auto may_be_meant = [&](EntryRef payment) {
        return !event.only_pay_and_keysend || payment->payer == Payer::unknown || payment->payer == Payer::pay ||
               payment->payer == Payer::keysend;
    };
    const auto at = std::find_if(known.rbegin(), known.rend(), may_be_meant);
    return at == known.rend() ? std::nullopt : std::optional(*at);
}

void Table::on(const SilenceExpired& event, Batch& batch) {
    const auto payment = store_.find(event.key);
    if (payment && (*payment)->undecided())
        give_up(*payment, batch);
}

void Table::on(const ExpectedPartsExpired& event, Batch&) {
    expected_parts_.expire(event.before);
}

void Table::attach(Location at, ExpectedPart expected, Batch& batch) {
    auto& payment = *at.payment;
    at.part.expected.add(expected.by);
    if (expected.payer != Payer::unknown) // the payer of the newest part decides whether another part comes
        payment.payer = expected.payer;
    if (!payment.call.known())
        payment.call = expected.call;
    learn_total(at.payment, expected.total, batch);
    const bool visible = store_.change(at, [&](Part& part) {
        const bool changed = part.merge(std::move(expected.route));
        if (changed || !at.payment->outcome)
            part.saw_attempt(expected.seen);
        return changed;
    });
    if (visible)
        batch.visible(at.payment);
    if (expected.report)
        report(at, *expected.report, batch);
}

/// LND fixes the value when it creates a payment, so of two totals from equal sources the first is kept.
void Table::learn_total(EntryRef payment, const Total& total, Batch& batch) {
    if (total.source <= payment->total.source)
        return;
    const auto before = payment->value();
    payment->total = total;
    if (payment->value() != before)
        batch.visible(payment);
}

/// The payer names the failing node; LND counts hops, and 0 is our own node.
void Table::report(Location at, const PartReport& report, Batch& batch) {
    if (!report.code)
        return; // unreadable: lightningd reports that too
    Failure failure{Failure::Kind::wire, *report.code, 0, false, report.message};
    if (report.node) {
        const auto hops = at.part.route ? std::span<const Hop>(at.part.route->hops) : std::span<const Hop>();
        const auto named =
            std::find_if(hops.begin(), hops.end(), [&](const Hop& hop) { return hop.node == *report.node; });
        const auto last = std::max<std::size_t>(hops.size(), 1);
        failure.source_index =
            static_cast<std::uint32_t>(named == hops.end() ? last : static_cast<std::size_t>(named - hops.begin()) + 1);
    }
    explain(at, failure, batch);
}

} // namespace payments

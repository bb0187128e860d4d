#include "payments/table.hpp"

#include "payments/reason.hpp"
#include "payments/table_batch.hpp"

namespace payments {

Change Table::apply(std::span<const Event> events) {
    touched_.clear();
    fresh_.clear();
    const auto outcomes_before = outcomes_;
    Batch batch{{}, touched_, fresh_, outcomes_before};
    for (const auto& event : events)
        std::visit([&](const auto& e) { on(e, batch); }, event);
    for (std::size_t i = 0; i < batch.touched.size(); ++i) { // updating one outcome may touch another payment
        const auto payment = batch.touched[i];
        update_outcome(payment, batch);
        payment->change_number = ++changes_;
    }
    auto& updated = batch.change.updated;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < updated.size(); ++i) {
        const auto* payment = updated[i];
        if (settled_elsewhere(*payment, std::span(updated).subspan(i + 1), outcomes_before))
            continue;
        // After the complete part is deleted, news of the other parts is not published: it would be a success without a
        // settled part.
        const bool known_success = payment->outcome == Status::succeeded && payment->outcome_number <= outcomes_before;
        if (!known_success || payment->any(PartStatus::complete))
            updated[shown++] = payment;
    }
    updated.resize(shown);
    return std::move(batch.change);
}

const Payment* Table::find(const PaymentKey& key) const {
    const auto found = store_.find(key);
    if (!found)
        return nullptr;
    const Payment& payment = **found; // in a list, so its address stays valid
    return &payment;
}

std::vector<const Payment*> Table::groups(const base::PaymentHash& hash) const {
    const auto found = store_.groups(hash);
    std::vector<const Payment*> groups(found.size());
    std::transform(found.begin(), found.end(), groups.begin(), [](EntryRef payment) { return &*payment; });
    return groups;
}

Payer Table::expected_payer(const Row& row) const {
    const auto* expected = expected_parts_.find(row);
    return expected ? expected->payer : Payer::unknown;
}

std::optional<Location> Table::locate(const PaymentKey& key, base::CreatedIndex created) const {
    const auto payment = store_.find(key);
    auto* part = payment ? (*payment)->find(created) : nullptr;
    return part ? std::optional(Location{*payment, *part}) : std::nullopt;
}

std::optional<Location> Table::location_of(const Row& row, Batch& batch) {
    if (store_.has_tombstone(row.created))
        return std::nullopt;
    auto known = store_.find(row.key);
    if (known) {
        auto& payment = **known;
        if (auto* part = payment.find(row.created))
            return Location{*known, *part};
        if (auto* other = payment.totals.may_have(row.partid) ? payment.find(row.key.group, row.partid) : nullptr) {
            // One part number has one row at a time: the later row replaced the other, which was deleted.
            if (other->created > row.created)
                return std::nullopt;
            remove_part({*known, *other}, batch);
            known = store_.find(row.key); // the payment was erased if that was its last part
        }
    }
    const auto* expected = known ? nullptr : expected_parts_.find(row);
    const auto call = expected ? expected->call : PayerCall{};
    if (expected && expected->payer == Payer::renepay) {
        known = begun_by(row.key.hash, call);
        if (known && (*known)->find(row.created))
            return std::nullopt; // a row has one group
        if (known)
            (*known)->more_groups.push_back(row.key.group);
    }
    const auto payment = known ? *known : add_payment(row, call, batch);
    return Location{payment, add_part(payment, row, batch)};
}

/// renepay uses a new group for its next attempt whenever nothing is pending (v24.11 and later).
std::optional<EntryRef> Table::begun_by(const base::PaymentHash& hash, PayerCall call) const {
    if (!call.known())
        return std::nullopt;
    return store_.find_if(hash, [&](EntryRef payment) { return payment->call == call; });
}

EntryRef Table::add_payment(const Row& row, PayerCall call, Batch& batch) {
    // lightningd allows a new group of a hash only when nothing of the other groups is pending: those are over.
    const auto others = store_.groups(row.key.hash);
    auto before = continued(row, call);
    const auto payment = store_.add(row.key.hash);
    if (before) {
        static_cast<Payment&>(*payment) = *std::move(before);
        batch.change.reopened.push_back(payment->key);
    } else {
        payment->key = row.key;
        payment->index = row.created;
        payment->creation_time = row.created_at;
        batch.fresh.push_back(payment);
    }
    for (const auto other : others)
        update_outcome(other, batch); // first, so that it is published before the new group
    return payment;
}

/// The deleted payment that the row continues. A payment that came after the deletion may have its groups' numbers, and
/// keeps them: of a key, the table has one payment.
std::optional<Payment> Table::continued(const Row& row, PayerCall call) {
    auto before = deleted_.take(row, call);
    if (!before || store_.find(before->key))
        return std::nullopt;
    std::erase_if(before->more_groups, [&](base::GroupId group) {
        return store_.find({row.key.hash, group}).has_value();
    });
    return before;
}

Part& Table::add_part(EntryRef payment, const Row& row, Batch& batch) {
    if (payment->parts.empty() || row.created > payment->parts.back().created) {
        // There is another attempt after all, so the conclusion that none would come is withdrawn.
        payment->payer_gave_up = false;
        payment->reason.reset();
        if (payment->outcome && !payment->has_complete_row())
            reopen(payment, batch);
    } else if (row.created < payment->index && batch.is_fresh(payment)) {
        payment->index = row.created; // nothing was published yet, so the index may still change
        payment->creation_time = row.created_at;
    }
    auto& added = store_.add_part(payment, Part::of(row));
    batch.visible(payment);
    if (auto expected = expected_parts_.take(row))
        attach({payment, added}, std::move(*expected), batch);
    return added;
}

void Table::reopen(EntryRef payment, Batch& batch) {
    if (payment->outcome == Status::failed)
        batch.change.reopened.push_back(payment->key);
    store_.reopen(payment);
}

/// The last row was deleted, so the payment leaves the table. If it was in flight before this change, its end is
/// published first. If it had ended, it is only remembered, because its payer may continue.
void Table::end_without_rows(EntryRef payment, Batch& batch) {
    Payment ended = batch.before.at(&*payment); // as it was with its parts
    if (!payment->outcome) {
        for (auto& part : ended.parts)
            if (part.status == PartStatus::pending) { // the plugin missed its end
                part.status = PartStatus::failed;
                part.revision = 0;
            }
        const bool paid = ended.any(PartStatus::complete);
        ended.outcome = paid ? Status::succeeded : Status::failed;
        ended.reason = paid ? std::nullopt : std::optional(reason_for(ended));
    } else {
        ended.outcome = payment->outcome;
        ended.reason = payment->reason;
    }
    const bool was_in_flight = !payment->outcome || batch.has_ended(*payment);
    // A success of this change is published after the end, so it does not hide it.
    const auto was_paid = [&](EntryRef other) {
        return other->outcome == Status::succeeded && !batch.has_ended(*other) && other->has_complete_row();
    };
    if (was_in_flight && !store_.find_if(payment->key.hash, was_paid))
        batch.change.ended.push_back(ended);
    if (ended.outcome == Status::succeeded)
        return;
    deleted_.remember(std::move(ended));
}

void Table::remove_part(Location at, Batch& batch) {
    auto& [payment, part] = at;
    if (part.row_gone)
        return;
    const auto rows = payment->rows() - 1;
    if (payment->outcome != Status::succeeded || batch.has_ended(*payment)) {
        batch.loses_a_part(payment);
        if (rows == 0)
            end_without_rows(payment, batch);
    }
    auto& deletion = batch.deletion_of(*payment);
    deletion.attempts.push_back(part.created);
    deletion.remaining = rows;
    store_.add_tombstone(part.created);
    if (rows == 0) {
        ++changes_;
        batch.erase(payment);
        return store_.erase(payment);
    }
    if (!payment->outcome && part.status == PartStatus::complete) {
        part.row_gone = true;
        return;
    }
    store_.erase_part(at);
    payment->change_number = ++changes_;
    if (!payment->outcome)
        batch.visible(payment);
}

void Table::give_up(EntryRef payment, Batch& batch) {
    payment->payer_gave_up = true;
    batch.touch(payment);
}

void Table::update_outcome(EntryRef entry, Batch& batch) {
    auto& payment = *entry;
    const auto& totals = payment.totals;
    payment.live_peak = std::max(payment.live_peak, totals.live());
    payment.worth_peak = std::max(payment.worth_peak, totals.live_worth());
    const bool all_failed = !totals.any(PartStatus::pending) && !totals.any(PartStatus::complete);
    if (payment.outcome == Status::failed && !all_failed) {
        payment.reason.reset();
        reopen(entry, batch);
    }
    const bool undecided = all_failed && !payment.outcome && !payment.reason && !payment.parts.empty();
    if (undecided && (payment.payer_gave_up || superseded(payment)))
        payment.reason = reason_for(payment);
    if (payment.outcome == Status::failed && payment.reason != reason_for(payment)) {
        payment.reason = reason_for(payment); // more was learned about a failure later: LND overwrites the reason too
        batch.visible(entry);
    }
    if (payment.outcome)
        return;
    const auto status = decide({totals.any(PartStatus::pending), totals.any(PartStatus::complete),
                                totals.any(PartStatus::failed), payment.reason.has_value()});
    if (status == Status::in_flight)
        return;
    if (status == Status::succeeded)
        payment.reason.reset();
    payment.outcome_number = ++outcomes_;
    store_.finish(entry, status);
    batch.visible(entry);
}

bool Table::superseded(const Payment& payment) const {
    return store_.find_if(payment.key.hash, [&](EntryRef other) { return other->index > payment.index; }).has_value();
}

bool Table::settled_elsewhere(const Payment& payment, std::span<const Payment* const> later,
                              std::uint64_t outcomes_before) const {
    if (payment.outcome == Status::succeeded)
        return false;
    const auto hides_it = [&](EntryRef other) {
        if (&*other == &payment || other->outcome != Status::succeeded)
            return false;
        // A success that the same change publishes after this payment does not hide it.
        const bool still_to_come =
            other->outcome_number > outcomes_before && std::find(later.begin(), later.end(), &*other) != later.end();
        return !still_to_come && other->has_complete_row();
    };
    return store_.find_if(payment.key.hash, hides_it).has_value();
}

} // namespace payments

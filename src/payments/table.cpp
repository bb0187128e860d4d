#include "payments/table.hpp"

#include "base/prefetch.hpp"
#include "payments/reason.hpp"
#include "payments/table_batch.hpp"

namespace payments {

Change Table::apply(std::span<const Event> events) {
    touched_.clear();
    fresh_.clear();
    Batch batch{{}, touched_, fresh_};
    const auto outcomes_before = outcomes_;
    for (const auto& event : events)
        std::visit([&](const auto& e) { on(e, batch); }, event);
    for (std::size_t i = 0; i < batch.touched.size(); ++i) { // the outcome of one may touch another
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
        // What is learned of its other parts once the complete one is deleted is not told: it would be a success
        // without a row.
        const bool known_success = payment->outcome == Status::succeeded && payment->outcome_number <= outcomes_before;
        if (!known_success || payment->any(PartStatus::complete))
            updated[shown++] = payment;
    }
    updated.resize(shown);
    return std::move(batch.change);
}

std::optional<Table::EntryRef> Table::lookup(const PaymentKey& key) const {
    const auto* found = index_.find(key.hash, [&](EntryRef at) { return at->holds(key); });
    return found ? std::optional(*found) : std::nullopt;
}

const Payment* Table::find(const PaymentKey& key) const {
    const auto found = lookup(key);
    return found ? &**found : nullptr;
}

void Table::prefetch(std::span<const base::PaymentHash> hashes) const {
    const auto each = [&](auto fetch) {
        for (const auto& hash : hashes)
            (void)index_.find(hash, [fetch](EntryRef at) {
                fetch(*at);
                return false; // and on to the next
            });
    };
    for (const auto& hash : hashes)
        index_.prefetch(hash);
    each([](const Entry& payment) { base::prefetch(&payment, sizeof payment); });
    each([](const Entry& payment) { payment.prefetch(); });
}

std::vector<Table::EntryRef> Table::siblings(const base::PaymentHash& hash) const {
    std::vector<EntryRef> found;
    (void)index_.find(hash, [&](EntryRef at) {
        if (at->key.hash == hash)
            found.push_back(at);
        return false; // and on to the next
    });
    std::sort(found.begin(), found.end(), [](EntryRef a, EntryRef b) { return a->index < b->index; });
    return found;
}

std::vector<const Payment*> Table::groups(const base::PaymentHash& hash) const {
    const auto found = siblings(hash);
    std::vector<const Payment*> groups(found.size());
    std::transform(found.begin(), found.end(), groups.begin(), [](EntryRef at) { return &*at; });
    return groups;
}

std::optional<Table::Location> Table::location_of(const Row& row, Batch& batch) {
    if (tombstones_.contains(row.created))
        return std::nullopt;
    auto known = lookup(row.key);
    if (known) {
        auto& payment = **known;
        if (auto* part = payment.find(row.created))
            return Location{*known, *part};
        if (auto* other = payment.totals.may_have(row.partid) ? payment.find(row.key.group, row.partid) : nullptr) {
            // One number names one row at a time: the one made later replaced the other, which was deleted.
            if (other->created > row.created)
                return std::nullopt;
            remove_part(*known, *other, batch);
            known = lookup(row.key); // gone with its last part
        }
    }
    const auto* expected = known ? nullptr : expected_parts_.find(row);
    const auto call = expected ? expected->call : PayerCall{};
    if (expected && expected->payer == Payer::renepay) {
        known = begun_by(row.key.hash, call);
        if (known)
            (*known)->more_groups.push_back(row.key.group);
    }
    const auto payment = known ? *known : add_payment(row, call, batch);
    return Location{payment, add_part(payment, row, batch)};
}

/// renepay gives its next attempt a new group whenever nothing is pending (v24.11 and later).
std::optional<Table::EntryRef> Table::begun_by(const base::PaymentHash& hash, PayerCall call) const {
    if (!call.known())
        return std::nullopt;
    const auto* found = index_.find(hash, [&](EntryRef at) { return at->key.hash == hash && at->call == call; });
    return found ? std::optional(*found) : std::nullopt;
}

Table::EntryRef Table::add_payment(const Row& row, PayerCall call, Batch& batch) {
    // lightningd lets a hash have a new group only when nothing of the others is pending: theirs is over.
    const auto others = siblings(row.key.hash);
    if (pool_.empty())
        pool_.emplace_back();
    in_flight_.splice(in_flight_.end(), pool_, pool_.begin());
    const auto payment = std::prev(in_flight_.end());
    if (auto before = deleted_.take(row, call)) {
        static_cast<Payment&>(*payment) = *std::move(before);
        batch.change.reopened.push_back(payment->key);
    } else {
        payment->key = row.key;
        payment->index = row.created;
        payment->creation_time = row.created_at;
        batch.fresh.push_back(payment);
    }
    index_.insert(row.key.hash, payment);
    for (const auto other : others)
        update_outcome(other, batch); // now, to be told before the new group
    return payment;
}

Part& Table::add_part(EntryRef payment, const Row& row, Batch& batch) {
    if (payment->parts.empty() || row.created > payment->parts.back().created) {
        // Another attempt after all: what was concluded from its absence does not hold.
        payment->payer_gave_up = false;
        payment->reason.reset();
        if (payment->outcome && !payment->has_complete_row())
            reopen(payment, batch);
    } else if (row.created < payment->index && batch.is_fresh(payment)) {
        payment->index = row.created; // nothing was told yet: still "when first seen"
        payment->creation_time = row.created_at;
    }
    auto part = Part::of(row);
    part.revision = ++revisions_;
    auto& added = payment->insert(std::move(part));
    payment->totals.add(added);
    if (payment->outcome)
        ++finished_parts_;
    batch.visible(payment);
    if (auto expected = expected_parts_.take(row))
        attach({payment, added}, std::move(*expected), batch);
    return added;
}

void Table::reopen(EntryRef payment, Batch& batch) {
    if (payment->outcome == Status::failed)
        batch.change.reopened.push_back(payment->key);
    payment->outcome.reset();
    finished_parts_ -= payment->parts.size();
    in_flight_.splice(in_flight_.end(), finished_, payment);
}

/// With its last row the payment goes: what was shown in flight must end before that. One that has its end is not
/// published again, but a payer that goes on must find it.
void Table::end_without_rows(EntryRef payment, Batch& batch) {
    Payment ended = batch.before.at(&*payment); // all that goes now
    if (!payment->outcome) {
        for (auto& part : ended.parts)
            if (part.status == PartStatus::pending) { // its end was missed
                part.status = PartStatus::failed;
                part.revision = 0;
            }
        const bool paid = ended.any(PartStatus::complete);
        ended.outcome = paid ? Status::succeeded : Status::failed;
        ended.reason = paid ? std::nullopt : std::optional(reason_for(ended));
        if (!settled_elsewhere(*payment, {}, outcomes_))
            batch.change.ended.push_back(ended);
        if (paid)
            return;
    }
    deleted_.remember(std::move(ended));
}

void Table::remove_part(EntryRef payment, Part& part, Batch& batch) {
    if (part.row_gone)
        return;
    auto& deletions = batch.change.deleted;
    auto deletion = std::find_if(deletions.begin(), deletions.end(), [&](const Change::Deletion& other) {
        return other.key == payment->key && other.index == payment->index;
    });
    if (deletion == deletions.end())
        deletion = deletions.insert(deletions.end(), {payment->key, payment->index, {}, 0});
    if (payment->outcome != Status::succeeded)
        batch.loses_a_part(payment);
    const auto rows = payment->rows() - 1;
    if (rows == 0 && payment->outcome != Status::succeeded)
        end_without_rows(payment, batch);
    deletion->attempts.push_back(part.created);
    deletion->remaining = rows;
    add_tombstone(part.created);
    if (rows == 0) {
        if (payment->outcome)
            finished_parts_ -= payment->parts.size(); // also those without rows
        changes_ += 1;
        batch.erase(payment);
        return erase(payment);
    }
    if (!payment->outcome && part.status == PartStatus::complete) {
        part.row_gone = true;
        return;
    }
    payment->totals.remove(part);
    payment->parts.erase(payment->parts.begin() + (&part - payment->parts.data()));
    payment->change_number = ++changes_;
    if (payment->outcome)
        --finished_parts_;
    else
        batch.visible(payment);
}

void Table::add_tombstone(base::CreatedIndex created) {
    if (!tombstones_.insert(created).second)
        return;
    tombstone_order_.push_back(created);
    if (tombstone_order_.size() > tombstones_kept) {
        tombstones_.erase(tombstone_order_.front());
        tombstone_order_.pop_front();
    }
}

void Table::erase(EntryRef payment) {
    index_.erase(payment->key.hash, payment);
    auto& list = payment->outcome ? finished_ : in_flight_;
    // Nothing of it may stay but memory, and of that not much.
    if (pool_.size() == pool_limit || payment->parts.capacity() > pool_parts ||
        payment->invoice.capacity() > pool_invoice) {
        list.erase(payment);
        return;
    }
    Entry empty;
    std::swap(empty.parts, payment->parts);
    std::swap(empty.invoice, payment->invoice);
    empty.parts.clear();
    empty.invoice.clear();
    *payment = std::move(empty);
    pool_.splice(pool_.begin(), list, payment);
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
        payment.reason = reason_for(payment); // a better account of a failure came late: LND overwrites too
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
    payment.outcome = status;
    payment.outcome_number = ++outcomes_;
    finished_parts_ += payment.parts.size();
    finished_.splice(finished_.end(), in_flight_, entry);
    batch.visible(entry);
}

bool Table::superseded(const Payment& payment) const {
    return index_.find(payment.key.hash, [&](EntryRef other) {
        return other->key.hash == payment.key.hash && other->index > payment.index;
    });
}

bool Table::settled_elsewhere(const Payment& payment, std::span<const Payment* const> later,
                              std::uint64_t outcomes_before) const {
    if (payment.outcome == Status::succeeded)
        return false;
    return index_.find(payment.key.hash, [&](EntryRef other) {
        if (&*other == &payment || other->key.hash != payment.key.hash || other->outcome != Status::succeeded)
            return false;
        // A success that is itself news, to be told after this, hides nothing of what was before it.
        const bool still_to_come =
            other->outcome_number > outcomes_before && std::find(later.begin(), later.end(), &*other) != later.end();
        return !still_to_come && other->has_complete_row();
    });
}

void Table::evict(base::UpdatedIndex told) {
    const auto told_of = [&](const Part& part) { return part.updated.value > 0 && part.updated <= told; };
    while (finished_parts_ > retain_ && !finished_.empty()) {
        const auto oldest = finished_.begin();
        if (told != every_update && !std::all_of(oldest->parts.begin(), oldest->parts.end(), told_of))
            return;
        finished_parts_ -= oldest->parts.size();
        erase(oldest);
        prefetch_oldest();
    }
}

/// Those that go next were touched long ago. Of the first what it points to is fetched, of the second itself, so that
/// both are there when a new one takes the place of the first.
void Table::prefetch_oldest() const {
    auto oldest = finished_.begin();
    if (oldest == finished_.end())
        return;
    index_.prefetch(oldest->key.hash);
    oldest->prefetch();
    if (++oldest != finished_.end())
        base::prefetch(&*oldest, sizeof(Entry));
}

} // namespace payments

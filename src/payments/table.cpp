#include "payments/table.hpp"

#include "base/prefetch.hpp"
#include "payments/reason.hpp"
#include "payments/table_batch.hpp"

namespace payments {

Change Table::apply(std::span<const Event> events) {
    touched_.clear();
    fresh_.clear();
    Batch batch{{}, touched_, fresh_};
    const auto verdicts_before = verdicts_;
    for (const auto& event : events)
        std::visit([&](const auto& e) { on(e, batch); }, event);
    for (std::size_t i = 0; i < batch.touched.size(); ++i) // judging one may touch another
        if (auto* payment = lookup(batch.touched[i])) {
            settle_verdict(*payment, batch);
            payment->change_number = ++changes_;
        }
    auto& updated = batch.change.updated;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < updated.size(); ++i) {
        const auto* payment = find(updated[i]);
        if (!payment || settled_elsewhere(*payment, std::span(updated).subspan(i + 1), verdicts_before))
            continue;
        // What is learned of its other parts once the complete one is deleted is not told: it would be a success
        // without a row.
        const bool known_success = payment->verdict == Status::succeeded && payment->verdict_number <= verdicts_before;
        if (!known_success || payment->any(PartStatus::complete))
            updated[shown++] = updated[i];
    }
    updated.resize(shown);
    return std::move(batch.change);
}

const Table::Seat* Table::seat(const PaymentKey& key) const {
    if (latest_ && (*latest_)->holds(key))
        return &*latest_;
    const auto* found = index_.find(key.hash, [&](Seat at) { return at->holds(key); });
    if (found)
        latest_ = *found;
    return found;
}

const Payment* Table::find(const PaymentKey& key) const {
    const auto* at = seat(key);
    return at ? &**at : nullptr;
}

Table::Followed* Table::lookup(const PaymentKey& key) {
    const auto* at = seat(key);
    return at ? &**at : nullptr;
}

void Table::bring_near(std::span<const base::PaymentHash> hashes) const {
    const auto each = [&](auto fetch) {
        for (const auto& hash : hashes)
            (void)index_.find(hash, [fetch](Seat at) {
                fetch(*at);
                return false; // and on to the next
            });
    };
    for (const auto& hash : hashes)
        index_.bring_near(hash);
    each([](const Followed& payment) { base::prefetch(&payment, sizeof payment); });
    each([](const Followed& payment) { payment.bring_near(); });
}

std::vector<Table::Followed*> Table::siblings(const base::PaymentHash& hash) {
    std::vector<Followed*> found;
    (void)index_.find(hash, [&](Seat at) {
        if (at->key.hash == hash)
            found.push_back(&*at);
        return false; // and on to the next
    });
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
    return found;
}

std::vector<const Payment*> Table::groups(const base::PaymentHash& hash) const {
    std::vector<const Payment*> found;
    (void)index_.find(hash, [&](Seat at) {
        if (at->key.hash == hash)
            found.push_back(&*at);
        return false;
    });
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
    return found;
}

std::optional<Table::Place> Table::place_of(const Row& row, Batch& batch) {
    if (graves_.contains(row.created))
        return std::nullopt;
    auto* known = lookup(row.key);
    if (known) {
        if (auto* part = known->find(row.created))
            return Place{*known, *part};
        if (auto* other = known->tally.may_have(row.partid) ? known->find(row.key.group, row.partid) : nullptr) {
            // One number names one row at a time: the one made later replaced the other, which was deleted.
            if (other->created > row.created)
                return std::nullopt;
            remove_part(*known, other->created, batch);
            known = lookup(row.key); // gone with its last part
        }
    }
    const auto* announced = known ? nullptr : announcements_.find(row);
    const auto call = announced ? announced->call : PayerCall{};
    if (auto* begun = announced && announced->payer == Payer::renepay ? begun_by(row.key.hash, call) : nullptr) {
        begun->more_groups.push_back(row.key.group);
        known = begun;
    }
    auto& payment = known ? *known : add_payment(row, call, batch);
    return Place{payment, add_part(payment, row, batch)};
}

/// renepay gives its next attempt a new group whenever nothing is pending (v24.11 and later).
Table::Followed* Table::begun_by(const base::PaymentHash& hash, PayerCall call) {
    if (!call.known())
        return nullptr;
    const auto* found = index_.find(hash, [&](Seat at) { return at->key.hash == hash && at->call == call; });
    return found ? &**found : nullptr;
}

Table::Followed& Table::add_payment(const Row& row, PayerCall call, Batch& batch) {
    // lightningd lets a hash have a new group only when nothing of the others is pending: theirs is over.
    const auto others = siblings(row.key.hash);
    if (spare_.empty())
        spare_.emplace_back();
    going_on_.splice(going_on_.end(), spare_, spare_.begin());
    auto& payment = going_on_.back();
    if (auto before = deleted_.take(row, call)) {
        static_cast<Payment&>(payment) = *std::move(before);
        batch.change.reopened.push_back(payment.key);
    } else {
        payment.key = row.key;
        payment.index = row.created;
        payment.creation_time = row.created_at;
        batch.fresh.push_back(row.key);
    }
    index_.insert(row.key.hash, std::prev(going_on_.end()));
    for (auto* other : others)
        settle_verdict(*other, batch); // now, to be told before the new group
    return payment;
}

Part& Table::add_part(Followed& payment, const Row& row, Batch& batch) {
    if (payment.parts.empty() || row.created > payment.parts.back().created) {
        // Another attempt after all: what was concluded from its absence does not hold.
        payment.payer_gone = false;
        payment.reason.reset();
        if (payment.verdict && !payment.has_complete_row())
            reopen(payment, batch);
    } else if (row.created < payment.index && batch.is_fresh(payment.key)) {
        payment.index = row.created; // nothing was told yet: still "when first seen"
        payment.creation_time = row.created_at;
    }
    auto part = Part::of(row);
    part.edition = ++editions_;
    auto& added = payment.insert(std::move(part));
    payment.tally.add(added);
    if (payment.verdict)
        ++finished_parts_;
    batch.visible(payment.key);
    if (auto announced = announcements_.take(row))
        attach({payment, added}, std::move(*announced), batch);
    return added;
}

void Table::reopen(Payment& payment, Batch& batch) {
    if (payment.verdict == Status::failed)
        batch.change.reopened.push_back(payment.key);
    payment.verdict.reset();
    finished_parts_ -= payment.parts.size();
    going_on_.splice(going_on_.end(), finished_, *seat(payment.key));
}

/// With its last row the payment goes: what was shown in flight must end before that. One that has its end is not
/// published again, but a payer that goes on must find it.
void Table::end_without_rows(const Followed& payment, Batch& batch) {
    Payment ended = batch.before.at(payment.key); // all that goes now
    if (!payment.verdict) {
        for (auto& part : ended.parts)
            if (part.status == PartStatus::pending) { // its end was missed
                part.status = PartStatus::failed;
                part.edition = 0;
            }
        const bool paid = ended.any(PartStatus::complete);
        ended.verdict = paid ? Status::succeeded : Status::failed;
        ended.reason = paid ? std::nullopt : std::optional(reason_for(ended));
        if (!settled_elsewhere(payment, {}, verdicts_))
            batch.change.ended.push_back(ended);
        if (paid)
            return;
    }
    deleted_.remember(std::move(ended));
}

void Table::remove_part(Followed& payment, base::CreatedIndex created, Batch& batch) {
    const PaymentKey key = payment.key;
    auto* part = payment.find(created);
    if (part->row_gone)
        return;
    auto& deletions = batch.change.deleted;
    auto told = std::find_if(deletions.begin(), deletions.end(),
                             [&](const Change::Deletion& d) { return d.key == key && d.index == payment.index; });
    if (told == deletions.end())
        told = deletions.insert(deletions.end(), {key, payment.index, {}, 0});
    if (payment.verdict != Status::succeeded)
        batch.loses_a_part(payment);
    const auto rows = payment.rows() - 1;
    if (rows == 0 && payment.verdict != Status::succeeded)
        end_without_rows(payment, batch);
    told->attempts.push_back(created);
    told->remaining = rows;
    bury(created);
    if (rows > 0 && !payment.verdict && part->status == PartStatus::complete) {
        part->row_gone = true;
        return;
    }
    payment.tally.remove(*part);
    payment.parts.erase(payment.parts.begin() + (part - payment.parts.data()));
    payment.change_number = ++changes_;
    if (payment.verdict)
        --finished_parts_;
    else
        batch.visible(key);
    if (rows > 0)
        return;
    if (payment.verdict)
        finished_parts_ -= payment.parts.size(); // those without rows
    forget(key);
}

void Table::bury(base::CreatedIndex created) {
    if (!graves_.insert(created).second)
        return;
    grave_order_.push_back(created);
    if (grave_order_.size() > graves_kept) {
        graves_.erase(grave_order_.front());
        grave_order_.pop_front();
    }
}

void Table::forget(const PaymentKey& key) {
    const auto at = *seat(key);
    latest_.reset();
    index_.erase(key.hash, at);
    auto& list = at->verdict ? finished_ : going_on_;
    // Nothing of it may stay but memory, and of that not much.
    if (spare_.size() == most_spare || at->parts.capacity() > most_spare_parts ||
        at->invoice.capacity() > most_spare_invoice) {
        list.erase(at);
        return;
    }
    Followed empty;
    std::swap(empty.parts, at->parts);
    std::swap(empty.invoice, at->invoice);
    empty.parts.clear();
    empty.invoice.clear();
    *at = std::move(empty);
    spare_.splice(spare_.begin(), list, at);
}

void Table::give_up(Payment& payment, Batch& batch) {
    payment.payer_gone = true;
    batch.touch(payment.key);
}

void Table::settle_verdict(Followed& payment, Batch& batch) {
    const auto& tally = payment.tally;
    payment.live_peak = std::max(payment.live_peak, tally.live());
    payment.worth_peak = std::max(payment.worth_peak, tally.live_worth());
    const bool all_failed = !tally.any(PartStatus::pending) && !tally.any(PartStatus::complete);
    if (payment.verdict == Status::failed && !all_failed) {
        payment.reason.reset();
        reopen(payment, batch);
    }
    const bool undecided = all_failed && !payment.verdict && !payment.reason && !payment.parts.empty();
    if (undecided && (payment.payer_gone || superseded(payment)))
        payment.reason = reason_for(payment);
    if (payment.verdict == Status::failed && payment.reason != reason_for(payment)) {
        payment.reason = reason_for(payment); // a better account of a failure came late: LND overwrites too
        batch.visible(payment.key);
    }
    if (payment.verdict)
        return;
    const auto status = decide({tally.any(PartStatus::pending), tally.any(PartStatus::complete),
                                tally.any(PartStatus::failed), payment.reason.has_value()});
    if (status == Status::in_flight)
        return;
    if (status == Status::succeeded)
        payment.reason.reset();
    payment.verdict = status;
    payment.verdict_number = ++verdicts_;
    finished_parts_ += payment.parts.size();
    finished_.splice(finished_.end(), going_on_, *seat(payment.key));
    batch.visible(payment.key);
}

bool Table::superseded(const Payment& payment) const {
    return index_.find(payment.key.hash,
                       [&](Seat other) { return other->key.hash == payment.key.hash && other->index > payment.index; });
}

bool Table::settled_elsewhere(const Payment& payment, std::span<const PaymentKey> later,
                              std::uint64_t verdicts_before) const {
    if (payment.verdict == Status::succeeded)
        return false;
    return index_.find(payment.key.hash, [&](Seat other) {
        if (&*other == &payment || other->key.hash != payment.key.hash || other->verdict != Status::succeeded)
            return false;
        // A success that is itself news, to be told after this, hides nothing of what was before it.
        const bool still_to_come =
            other->verdict_number > verdicts_before && std::find(later.begin(), later.end(), other->key) != later.end();
        return !still_to_come && other->has_complete_row();
    });
}

void Table::trim(base::UpdatedIndex told) {
    const auto told_of = [&](const Part& part) { return part.updated.value > 0 && part.updated <= told; };
    while (finished_parts_ > retain_ && !finished_.empty()) {
        const auto& oldest = finished_.front();
        if (told != every_update && !std::all_of(oldest.parts.begin(), oldest.parts.end(), told_of))
            return;
        finished_parts_ -= oldest.parts.size();
        forget(oldest.key);
        bring_near_oldest();
    }
}

/// Those that go next were touched long ago. Of the first what it points to is fetched, of the second itself, so that
/// both are there when a new one takes the place of the first.
void Table::bring_near_oldest() const {
    auto oldest = finished_.begin();
    if (oldest == finished_.end())
        return;
    index_.bring_near(oldest->key.hash);
    oldest->bring_near();
    if (++oldest != finished_.end())
        base::prefetch(&*oldest, sizeof(Followed));
}

} // namespace payments

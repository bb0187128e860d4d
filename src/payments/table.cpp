#include "payments/table.hpp"

#include "payments/reason.hpp"
#include "payments/table_batch.hpp"

namespace payments {

namespace {

base::Msat live_sum(const Payment& payment) {
    base::Msat sum;
    for (const auto& part : payment.parts)
        if (part.status != PartStatus::failed)
            sum = sum + part.delivered().value_or(base::Msat{});
    return sum;
}

} // namespace

Change Table::apply(std::span<const Event> events) {
    Batch batch;
    const auto verdicts_before = verdicts_;
    for (const auto& event : events)
        std::visit([&](const auto& e) { on(e, batch); }, event);
    for (std::size_t i = 0; i < batch.touched.size(); ++i) // judging one may touch another
        if (auto* payment = lookup(batch.touched[i]))
            settle_verdict(*payment, batch);
    std::vector<PaymentKey> shown;
    std::span<const PaymentKey> rest = batch.change.updated;
    for (const auto& key : batch.change.updated) {
        rest = rest.subspan(1);
        const auto* payment = find(key);
        if (!payment || settled_elsewhere(*payment, rest, verdicts_before))
            continue;
        // What is learned of its other parts once the complete one is deleted is not told: it would be a success
        // without a row.
        const bool known_success = payment->verdict == Status::succeeded && payment->verdict_number <= verdicts_before;
        if (!known_success || payment->any(PartStatus::complete))
            shown.push_back(key);
    }
    batch.change.updated = std::move(shown);
    return std::move(batch.change);
}

const Payment* Table::find(const PaymentKey& key) const {
    const auto at = payments_.find(key);
    return at == payments_.end() ? nullptr : &at->second;
}

Payment* Table::lookup(const PaymentKey& key) {
    const auto at = payments_.find(key);
    return at == payments_.end() ? nullptr : &at->second;
}

std::vector<const Payment*> Table::groups(const base::PaymentHash& hash) const {
    std::vector<const Payment*> found;
    if (const auto at = groups_.find(hash); at != groups_.end())
        for (const auto group : at->second)
            found.push_back(find({hash, group}));
    std::sort(found.begin(), found.end(), [](const Payment* a, const Payment* b) { return a->index < b->index; });
    return found;
}

Part* Table::part_of(const Row& row, Batch& batch) {
    if (graves_.contains(row.created))
        return nullptr;
    if (auto* payment = lookup(row.key)) {
        if (auto* part = payment->find(row.created))
            return part;
        if (auto* other = payment->find(row.partid)) {
            // One number names one row at a time: the one made later replaced the other, which was deleted.
            if (other->created > row.created)
                return nullptr;
            remove_part(*payment, other->created, batch);
        }
    }
    auto [at, is_new] = payments_.try_emplace(row.key);
    auto& payment = at->second;
    if (is_new) {
        payment.key = row.key;
        payment.index = row.created;
        payment.creation_time = row.created_at;
        batch.fresh.push_back(row.key);
        groups_[row.key.hash].push_back(row.key.group);
        // lightningd lets a hash have a new group only when nothing of the others is pending: theirs is over.
        for (const auto* sibling : groups(row.key.hash))
            if (sibling != &payment)
                settle_verdict(*lookup(sibling->key), batch); // now, to be told before the new group
    }
    return &add_part(payment, row, batch);
}

Part& Table::add_part(Payment& payment, const Row& row, Batch& batch) {
    if (payment.parts.empty() || row.created > payment.parts.back().created) {
        // Another attempt after all: what was concluded from its absence does not hold.
        payment.payer_gone = false;
        payment.reason.reset();
        if (payment.verdict && !payment.any(PartStatus::complete))
            reopen(payment, batch);
    } else if (row.created < payment.index && batch.is_fresh(payment.key)) {
        payment.index = row.created; // nothing was told yet: still "when first seen"
        payment.creation_time = row.created_at;
    }
    Part part;
    part.created = row.created;
    part.partid = row.partid;
    part.created_at = row.created_at;
    part.sent = row.sent;
    auto& added = payment.insert(part);
    if (payment.verdict)
        ++finished_parts_;
    batch.visible(payment.key);
    if (const auto announced = announcements_.take(payment.key, added.partid))
        attach(payment, added, *announced, batch);
    return added;
}

void Table::reopen(Payment& payment, Batch& batch) {
    if (payment.verdict == Status::failed)
        batch.change.reopened.push_back(payment.key);
    payment.verdict.reset();
    finished_parts_ -= payment.parts.size();
}

void Table::remove_part(Payment& payment, base::CreatedIndex created, Batch& batch) {
    const PaymentKey key = payment.key;
    auto& deletions = batch.change.deleted;
    auto told = std::find_if(deletions.begin(), deletions.end(),
                             [&](const Change::Deletion& d) { return d.key == key && d.index == payment.index; });
    if (told == deletions.end())
        told = deletions.insert(deletions.end(), {key, payment.index, {}, 0});
    std::erase_if(payment.parts, [&](const Part& part) { return part.created == created; });
    told->attempts.push_back(created);
    told->remaining = payment.parts.size();

    bury(created);
    if (payment.verdict)
        --finished_parts_;
    else
        batch.visible(key);
    if (payment.parts.empty())
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
    const auto at = groups_.find(key.hash);
    std::erase(at->second, key.group);
    if (at->second.empty())
        groups_.erase(at);
    payments_.erase(key);
}

void Table::give_up(Payment& payment, Batch& batch) {
    payment.payer_gone = true;
    batch.touch(payment.key);
}

void Table::settle_verdict(Payment& payment, Batch& batch) {
    payment.live_peak = std::max(payment.live_peak, live_sum(payment));
    if (payment.verdict == Status::failed && (payment.any(PartStatus::pending) || payment.any(PartStatus::complete))) {
        payment.reason.reset();
        reopen(payment, batch);
    }
    if (payment.undecided() && (payment.payer_gone || superseded(payment)))
        payment.reason = reason_for(payment);
    if (payment.verdict == Status::failed && payment.reason != reason_for(payment)) {
        payment.reason = reason_for(payment); // a better account of a failure came late: LND overwrites too
        batch.visible(payment.key);
    }
    if (payment.verdict)
        return;
    const auto status = payment.status();
    if (status == Status::in_flight)
        return;
    if (status == Status::succeeded)
        payment.reason.reset();
    payment.verdict = status;
    payment.verdict_number = ++verdicts_;
    finished_parts_ += payment.parts.size();
    finished_.emplace_back(payment.key, payment.verdict_number);
    batch.visible(payment.key);
}

bool Table::superseded(const Payment& payment) const {
    const auto known = groups(payment.key.hash);
    return !known.empty() && known.back()->index > payment.index;
}

bool Table::settled_elsewhere(const Payment& payment, std::span<const PaymentKey> later,
                              std::uint64_t verdicts_before) const {
    if (payment.status() == Status::succeeded)
        return false;
    for (const auto* other : groups(payment.key.hash)) {
        // A success that is itself news, to be told after this, hides nothing of what was before it.
        const bool still_to_come =
            other->verdict_number > verdicts_before && std::find(later.begin(), later.end(), other->key) != later.end();
        if (other != &payment && other->verdict == Status::succeeded && other->any(PartStatus::complete) &&
            !still_to_come)
            return true;
    }
    return false;
}

void Table::trim(base::UpdatedIndex told) {
    const auto told_of = [&](const Part& part) { return part.updated.value > 0 && part.updated <= told; };
    while (finished_parts_ > retain_ && !finished_.empty()) {
        const auto [key, number] = finished_.front();
        const auto* payment = find(key);
        if (payment && payment->verdict && payment->verdict_number == number) {
            if (told != every_update && !std::all_of(payment->parts.begin(), payment->parts.end(), told_of))
                return;
            finished_parts_ -= payment->parts.size();
            forget(key);
        }
        finished_.pop_front();
    }
}

} // namespace payments

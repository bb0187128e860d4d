// Checks every change of the table as a subscriber sees it.
#include "listener.hpp"

#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"
#include "shape.hpp"

#include <algorithm>

namespace fuzz {

namespace {

/// Invariants of every payment.
void check_state(const payments::Payment& payment) {
    using payments::PartStatus;
    using payments::Status;
    require(!payment.parts.empty(), "a payment without parts leaves the table");
    require(std::is_sorted(payment.parts.begin(), payment.parts.end(),
                           [](const auto& a, const auto& b) { return a.created <= b.created; }),
            "parts are in the order of their rows, each once");
    const bool pending = payment.any(PartStatus::pending);
    const bool complete = payment.any(PartStatus::complete);
    if (payment.status() == Status::failed)
        require(!pending && !complete && payment.reason,
                "in a FAILED payment all parts have failed, and it has a reason");
    if (complete)
        require(payment.status() != Status::failed, "a payment with a settled part is IN_FLIGHT or SUCCEEDED");
    if (!payment.outcome)
        require(pending || (!complete && !payment.reason),
                "a payment without an outcome has a pending part or no reason");
    if (payment.outcome)
        require(*payment.outcome != Status::in_flight, "an outcome is terminal");
}

/// Deleting rows of an ended payment is published as a deletion, not as a snapshot.
payments::Payment without_deleted(payments::Payment published, const payments::Payment& now) {
    std::erase_if(published.parts, [&](const payments::Part& part) {
        return std::none_of(now.parts.begin(), now.parts.end(),
                            [&](const payments::Part& other) { return other.created == part.created; });
    });
    return published;
}

} // namespace

std::string published_form(payments::Payment payment) {
    payment.creation_time = {};
    payment.invoice_secret.reset();
    if (!payment.terminal())
        for (auto& part : payment.parts) {
            part.created_at = {};
            part.attempt_seen = part.resolve_seen = part.completed_at = std::nullopt;
        }
    return lnrpc::to_json(lnrpc::to_lnrpc(payment));
}

bool settled_elsewhere(const payments::Table& table, const payments::Payment& payment) {
    const auto groups = table.groups(payment.key.hash);
    return std::any_of(groups.begin(), groups.end(), [&](const payments::Payment* other) {
        return other != &payment && other->outcome == payments::Status::succeeded;
    });
}

void check_shapes(const payments::Table& table) {
    table.for_each([](const payments::Payment& payment) { checked_payment(lnrpc::to_json(lnrpc::to_lnrpc(payment))); });
}

void Listener::changed(const payments::Table& table, const payments::Change& change) {
    for (const auto& ended : change.ended) {
        check_state(ended);
        require(ended.terminal(), "a payment whose rows are deleted has ended");
        checked_payment(lnrpc::to_json(lnrpc::to_lnrpc(ended)));
        last_.insert_or_assign(ended.key, ended);
    }
    for (const auto& deletion : change.deleted) {
        for (const auto attempt : deletion.attempts) {
            attempts_[deletion.key].erase(attempt.value);
            complete_.erase({deletion.key, attempt.value});
        }
        if (deletion.remaining == 0) { // a later group with that key is another payment
            const auto shown = last_.find(deletion.key);
            require(shown == last_.end() || shown->second.terminal() || hidden_.contains(deletion.key),
                    "a payment published in flight ends before it is deleted");
            last_.erase(deletion.key);
            hidden_.erase(deletion.key);
            attempts_.erase(deletion.key);
            index_.erase(deletion.key);
        }
    }
    require(std::set(change.updated.begin(), change.updated.end()).size() == change.updated.size(),
            "a change updates a payment once");
    for (const auto* payment : change.updated) {
        const auto& key = payment->key;
        require(table.find(key) == payment, "a change points to payments of the table");
        require(index_.emplace(key, payment->index).first->second == payment->index, "payment_index is constant");
        std::set<std::uint64_t> attempts;
        for (const auto& part : payment->parts) {
            attempts.insert(part.created.value);
            if (part.status == payments::PartStatus::complete)
                complete_.emplace(key, part.created.value);
            else
                require(!complete_.contains({key, part.created.value}), "a settled part stays settled");
        }
        require(std::includes(attempts.begin(), attempts.end(), attempts_[key].begin(), attempts_[key].end()),
                "an attempt disappears only by deletion");
        attempts_[key] = std::move(attempts);
        last_[key] = *payment;
        hidden_.erase(key);
    }
    table.for_each([&](const payments::Payment& payment) {
        check_state(payment);
        if (settled_elsewhere(table, payment))
            hidden_.insert(payment.key);
    });
}

void Listener::erase(const payments::PaymentKey& key) {
    std::erase_if(complete_, [&](const auto& part) { return part.first == key; });
    hidden_.erase(key);
    last_.erase(key);
    attempts_.erase(key);
    index_.erase(key);
}

void Listener::check_published(const payments::Table& table) const {
    table.for_each([&](const payments::Payment& payment) {
        const bool settled_row_gone =
            payment.status() == payments::Status::succeeded && !payment.any(payments::PartStatus::complete);
        if (hidden_.contains(payment.key) || settled_row_gone)
            return;
        const auto at = last_.find(payment.key);
        require(at != last_.end(), "every payment was published");
        require(published_form(payment.terminal() ? without_deleted(at->second, payment) : at->second) ==
                    published_form(payment),
                "the last snapshot published is the payment's state");
    });
}

} // namespace fuzz

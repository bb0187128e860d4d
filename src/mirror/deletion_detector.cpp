#include "mirror/deletion_detector.hpp"

#include <algorithm>

namespace mirror {

using payments::PartStatus;

namespace {

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds a_while{1000};

} // namespace

DeletionDetector::DeletionDetector(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table,
                                   FactSink& facts)
    : lightningd_(lightningd), table_(table), facts_(facts), next_turn_(loop), retry_timer_(loop) {}

void DeletionDetector::connected(std::optional<std::uint64_t> counter) {
    retry_timer_.cancel();
    if (const auto lost = std::exchange(checked_, std::nullopt))
        suspect(*lost, at_once);
    if (counter) {
        if (counted_ && *counter != *counted_)
            suspect_all();
        counted_ = *counter;
        armed_ = *counter;
        arm();
    }
    if (!suspects_.empty())
        next_turn_.start(at_once, [this] { check_next(); });
}

void DeletionDetector::arm() {
    while (armed_ < *counted_ + waits) {
        const auto next = ++armed_;
        lightningd_.wait(cln::Index::deleted, next, [this, next](const auto& reply) {
            if (reply)
                fired(next, *reply);
            else if (!retry_timer_.armed())
                retry_timer_.start([this] { arm_again(); });
        });
    }
}

/// If anything was deleted meanwhile, the first of these waits answers at once and without details.
void DeletionDetector::arm_again() {
    armed_ = *counted_;
    arm();
}

void DeletionDetector::fired(std::uint64_t waited_for, const cln::WaitReply& reply) {
    counted_ = std::max(*counted_, waited_for);
    if (reply.details) {
        // The details name group and part, and both may be in use again. The listing shows by created_index which row
        // was deleted.
        suspect(reply.details->hash, at_once);
    } else {
        armed_ = std::max(armed_, reply.counter);
        counted_ = std::max(*counted_, reply.counter);
        suspect_all();
    }
    arm();
}

void DeletionDetector::suspect(const base::PaymentHash& hash) {
    // lightningd deletes after our reply to the hook, and that pipe and the socket have no common order, so wait a
    // moment.
    suspect(hash, a_while);
}

void DeletionDetector::suspect(const base::PaymentHash& hash, std::chrono::milliseconds pause) {
    if (table_.groups(hash).empty())
        return;
    if (suspected_.insert(hash).second)
        suspects_.push_back(hash);
    if (!checked_ && (!next_turn_.armed() || pause == at_once))
        next_turn_.start(pause, [this] { check_next(); });
}

void DeletionDetector::suspect_all() {
    table_.for_each([&](const payments::Payment& payment) { suspect(payment.key.hash, at_once); });
}

/// Parts that lightningd may delete: those not in flight.
std::vector<base::CreatedIndex> DeletionDetector::deletable(const base::PaymentHash& hash) const {
    std::vector<base::CreatedIndex> parts;
    for (const auto* payment : table_.groups(hash))
        for (const auto& part : payment->parts)
            if (part.status != PartStatus::pending)
                parts.push_back(part.created);
    return parts;
}

void DeletionDetector::check_next() {
    if (checked_ || !lightningd_.up())
        return;
    for (std::size_t looked = 0; looked < most_looked && !suspects_.empty(); ++looked) {
        const auto hash = suspects_.front();
        suspects_.pop_front();
        suspected_.erase(hash);
        if (auto parts = deletable(hash); !parts.empty())
            return check(hash, std::move(parts));
    }
    if (!suspects_.empty())
        next_turn_.start(at_once, [this] { check_next(); });
}

void DeletionDetector::check(const base::PaymentHash& hash, std::vector<base::CreatedIndex> asked_about) {
    checked_ = hash;
    lightningd_.list(hash, [this, hash, asked_about = std::move(asked_about)](const auto& listing) {
        checked_.reset();
        if (listing)
            compare(hash, asked_about, listing->rows);
        next_turn_.start(at_once, [this] { check_next(); });
    });
}

void DeletionDetector::compare(const base::PaymentHash& hash, const std::vector<base::CreatedIndex>& asked_about,
                               const std::vector<payments::Row>& rows) {
    std::vector<payments::Event> gone;
    for (const auto* payment : table_.groups(hash))
        for (const auto& part : payment->parts) {
            const bool asked = std::find(asked_about.begin(), asked_about.end(), part.created) != asked_about.end();
            const bool there =
                std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.created == part.created; });
            if (asked && !there)
                gone.push_back(payments::PartDeleted{payment->key, part.created});
        }
    if (!gone.empty())
        facts_.take(std::move(gone), Source::socket);
}

} // namespace mirror

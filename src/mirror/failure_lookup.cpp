#include "mirror/failure_lookup.hpp"

#include <algorithm>

namespace mirror {

using namespace std::chrono_literals;

namespace {

constexpr auto time_to_be_notified = 500ms;
constexpr std::size_t most_open = 10'000; // above it, failures stay unknown

bool is_unknown(const payments::Part& part) {
    return part.status == payments::PartStatus::failed && part.failure.kind == payments::Failure::Kind::unknown;
}

} // namespace

FailureLookup::FailureLookup(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts)
    : lightningd_(lightningd), table_(table), facts_(facts), next_turn_(loop) {}

void FailureLookup::connected() {
    if (const auto lost = std::exchange(under_way_, std::nullopt))
        open_.push_front(*lost);
    if (!open_.empty())
        next_turn_.start(0ms, [this] { ask_next(); });
}

void FailureLookup::changed(const payments::Change& change) {
    for (const auto* payment : change.updated)
        for (const auto& part : payment->parts)
            if (is_unknown(part) && !is_open(part.created) && open_.size() < most_open)
                open_.push_back({payment->key, part.created});
    if (!open_.empty() && !under_way_ && !next_turn_.armed())
        next_turn_.start(time_to_be_notified, [this] { ask_next(); });
}

bool FailureLookup::is_open(base::CreatedIndex created) const {
    return std::any_of(open_.begin(), open_.end(),
                       [created](const Question& question) { return question.created == created; });
}

/// The part, if its failure is unknown and can be looked up. lightningd stores failures by hash and part number without
/// the group (wallet_payment_set_failinfo), so they are certain only for the newest group with this number.
const payments::Part* FailureLookup::unexplained(const Question& question) const {
    const auto* payment = table_.find(question.key);
    if (!payment)
        return nullptr;
    const auto part = std::find_if(payment->parts.begin(), payment->parts.end(),
                                   [&](const payments::Part& p) { return p.created == question.created; });
    if (part == payment->parts.end() || !is_unknown(*part))
        return nullptr;
    for (const auto* group : table_.groups(question.key.hash))
        for (const auto& other : group->parts)
            if (other.partid == part->partid && other.created > part->created)
                return nullptr;
    return &*part;
}

void FailureLookup::ask_next() {
    if (under_way_ || !lightningd_.up())
        return;
    const payments::Part* part = nullptr;
    Question question;
    while (!part && !open_.empty()) {
        question = open_.front();
        open_.pop_front();
        part = unexplained(question);
    }
    if (!part)
        return;
    under_way_ = question;
    lightningd_.waitsendpay({question.key.hash, part->group}, part->partid, [this](const auto& failure) {
        const auto answered = *std::exchange(under_way_, std::nullopt);
        if (failure && unexplained(answered))
            facts_.take(payments::PartExplained{answered.key, answered.created, *failure}, Source::socket);
        if (!open_.empty())
            next_turn_.start(0ms, [this] { ask_next(); });
    });
}

} // namespace mirror

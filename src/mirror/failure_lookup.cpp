#include "mirror/failure_lookup.hpp"

#include <algorithm>

namespace mirror {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 500ms;
constexpr std::size_t most_open = 10'000; // beyond, a failure stays unknown

bool is_unknown(const payments::Part& part) {
    return part.status == payments::PartStatus::failed && part.failure.kind == payments::Failure::Kind::unknown;
}

} // namespace

FailureLookup::FailureLookup(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, Found found)
    : lightningd_(lightningd), table_(table), found_(std::move(found)), next_turn_(loop) {}

void FailureLookup::look(const payments::Change& change) {
    for (const auto* payment : change.updated)
        for (const auto& part : payment->parts)
            if (is_unknown(part) && !known(part.created) && open_.size() < most_open)
                open_.push_back({payment->key, part.created});
    if (!open_.empty() && !asking_ && !next_turn_.armed())
        next_turn_.start(patience, [this] { next(); });
}

bool FailureLookup::known(base::CreatedIndex created) const {
    return std::any_of(open_.begin(), open_.end(), [created](const Open& open) { return open.created == created; });
}

/// The part, if its failure is unknown and may be asked for. lightningd keeps failures by hash and part number without
/// the group (wallet_payment_set_failinfo): only those of the newest group that has this number can be trusted.
const payments::Part* FailureLookup::unexplained(const Open& open) const {
    const auto* payment = table_.find(open.key);
    if (!payment)
        return nullptr;
    const auto part = std::find_if(payment->parts.begin(), payment->parts.end(),
                                   [&](const payments::Part& p) { return p.created == open.created; });
    if (part == payment->parts.end() || !is_unknown(*part))
        return nullptr;
    for (const auto* group : table_.groups(open.key.hash))
        for (const auto& other : group->parts)
            if (other.partid == part->partid && other.created > part->created)
                return nullptr;
    return &*part;
}

void FailureLookup::next() {
    if (asking_)
        return;
    const payments::Part* part = nullptr;
    Open open;
    while (!part && !open_.empty()) {
        open = open_.front();
        open_.pop_front();
        part = unexplained(open);
    }
    if (!part)
        return;
    asking_ = true;
    lightningd_.waitsendpay({open.key.hash, part->group}, part->partid, [this, open](const auto& failure) {
        asking_ = false;
        if (const auto* failed = unexplained(open); failure && failed)
            found_(open.key, *failed, *failure);
        if (!open_.empty())
            next_turn_.start(0ms, [this] { next(); });
    });
}

} // namespace mirror

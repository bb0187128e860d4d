#include "payments/part.hpp"

#include <algorithm>

namespace payments {

namespace {

/// Sets a value that was not known before.
template <class T>
bool learn(std::optional<T>& known, const std::optional<T>& other) {
    if (known || !other)
        return false;
    known = other;
    return true;
}

void keep_earliest(std::optional<base::UnixNs>& known, base::UnixNs when) {
    known = known ? std::min(*known, when) : when;
}

} // namespace

Part Part::of(const Row& row) {
    Part part;
    part.created = row.created;
    part.group = row.key.group;
    part.partid = row.partid;
    part.created_at = row.created_at;
    part.sent = row.sent;
    return part;
}

bool Part::merge(const Row& row) {
    bool visible = false;
    if (row.status > status) { // never back to pending; complete outranks failed
        status = row.status;
        visible = true;
    }
    updated = std::max(updated, row.updated);
    visible |= learn(amount, row.amount);
    visible |= learn(preimage, row.preimage);
    learn(completed_at, row.completed_at);
    if (row.unreadable_error)
        visible |= merge(Failure{Failure::Kind::unreadable, 0, 0, {}});
    return visible;
}

bool Failure::knows_more_than(const Failure& other) const {
    if (kind != other.kind)
        return kind > other.kind;
    return message && !other.message;
}

bool Part::merge(const Failure& other) {
    if (!other.knows_more_than(failure))
        return false;
    // A message that contains only its code shows subscribers nothing new.
    const bool same =
        other.kind == failure.kind && other.code == failure.code && other.source_index == failure.source_index;
    bolt::FailureMessage bare;
    bare.code = other.code;
    const bool visible = !same || (other.message && *other.message != bare);
    failure = other;
    return visible && status == PartStatus::failed;
}

bool Part::merge(Route other) {
    if (route)
        return route->learn(other);
    if (other == Route{})
        return false;
    other.hops.shrink_to_fit();
    route = base::HeapOptional(std::move(other));
    return true;
}

void Part::saw_attempt(base::UnixNs when) {
    keep_earliest(attempt_seen, when);
}

void Part::saw_resolution(base::UnixNs when) {
    keep_earliest(resolve_seen, when);
}

std::optional<base::Msat> Part::delivered() const {
    if (amount || !route || route->hops.empty())
        return amount;
    return route->hops.back().forward;
}

base::UnixNs Part::attempt_time() const {
    return attempt_seen ? base::clamp_into_second(*attempt_seen, created_at) : created_at;
}

std::optional<base::UnixNs> Part::resolve_time() const {
    if (status == PartStatus::pending)
        return std::nullopt;
    auto ended = resolve_seen;
    if (completed_at)
        ended = resolve_seen ? base::clamp_into_second(*resolve_seen, *completed_at) : completed_at;
    // The clock may have been set back meanwhile, and very old rows have no end time. No part ends before it began.
    return std::max(ended.value_or(base::UnixNs{}), attempt_time());
}

} // namespace payments

#include "mirror/onion_hops.hpp"

#include <algorithm>

namespace mirror {

void OnionHops::created(cln::Onion onion, std::string_view caller, base::UnixNs when) {
    if (created_.size() == limit)
        created_.pop_front();
    created_.push_back({std::move(onion), std::string(caller), when});
}

bool OnionHops::Created::fits(const Use& use) const {
    return caller == use.caller && onion.hash == use.hash && onion.hops.front().node == use.first.node &&
           use.amount.value_or(onion.hops.back().forward) == onion.hops.back().forward;
}

std::optional<cln::Onion> OnionHops::take(const Use& use) {
    const auto fits = [&](const Created& one) { return one.fits(use); };
    const auto oldest = std::find_if(created_.begin(), created_.end(), fits);
    if (oldest == created_.end())
        return std::nullopt;
    const auto at = use.payer ? oldest : std::prev(std::find_if(created_.rbegin(), created_.rend(), fits).base());
    auto onion = std::move(at->onion);
    const auto before = created_.erase(at) - created_.begin();
    if (!use.payer) // older ones were not sent
        created_.erase(std::remove_if(created_.begin(), created_.begin() + before, fits), created_.begin() + before);
    onion.hops.front().channel = use.first.channel;
    return onion;
}

void OnionHops::expire(base::UnixNs before) {
    while (!created_.empty() && created_.front().when < before)
        created_.pop_front();
}

} // namespace mirror

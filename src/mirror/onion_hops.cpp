#include "mirror/onion_hops.hpp"

#include <algorithm>

namespace mirror {

void OnionHops::made(cln::Onion onion, std::string_view caller, base::UnixNs when) {
    if (made_.size() == limit)
        made_.pop_front();
    made_.push_back({std::move(onion), std::string(caller), when});
}

bool OnionHops::Made::fits(const Sent& sent) const {
    return caller == sent.caller && onion.hash == sent.hash && onion.hops.front().node == sent.first.node &&
           sent.amount.value_or(onion.hops.back().forward) == onion.hops.back().forward;
}

std::optional<cln::Onion> OnionHops::sent(const Sent& sent) {
    const auto fits = [&](const Made& made) { return made.fits(sent); };
    const auto oldest = std::find_if(made_.begin(), made_.end(), fits);
    if (oldest == made_.end())
        return std::nullopt;
    const auto at = sent.payer ? oldest : std::prev(std::find_if(made_.rbegin(), made_.rend(), fits).base());
    auto onion = std::move(at->onion);
    const auto before = made_.erase(at) - made_.begin();
    if (!sent.payer) // those made before it were given up
        made_.erase(std::remove_if(made_.begin(), made_.begin() + before, fits), made_.begin() + before);
    onion.hops.front().channel = sent.first.channel;
    return onion;
}

void OnionHops::expire(base::UnixNs before) {
    while (!made_.empty() && made_.front().when < before)
        made_.pop_front();
}

} // namespace mirror

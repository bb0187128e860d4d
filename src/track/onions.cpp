#include "track/onions.hpp"

#include <algorithm>

namespace track {

void Onions::made(cln::Onion onion, base::UnixNs when) {
    if (made_.size() == limit)
        made_.pop_front();
    made_.push_back({std::move(onion), when});
}

std::optional<cln::Onion> Onions::sent(const base::PaymentHash& hash, const cln::FirstHop& first) {
    const auto at = std::find_if(made_.begin(), made_.end(), [&](const Made& made) {
        return made.onion.hash == hash && made.onion.hops.front().node == first.node;
    });
    if (at == made_.end())
        return std::nullopt;
    auto onion = std::move(at->onion);
    made_.erase(at);
    onion.hops.front().channel = first.channel;
    return onion;
}

void Onions::expire(base::UnixNs before) {
    while (!made_.empty() && made_.front().when < before)
        made_.pop_front();
}

} // namespace track

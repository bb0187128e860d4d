#include "http/penalties.hpp"

#include <algorithm>

namespace http {

void Penalties::count(const std::string& network, std::chrono::milliseconds now) {
    if (networks_.size() >= most_networks && !networks_.contains(network))
        make_room(now);
    auto& record = networks_[network];
    if (now - record.last >= memory)
        record.refusals = 0;
    ++record.refusals;
    record.last = now;
}

bool Penalties::slowed(const std::string& network, std::chrono::milliseconds now) const {
    const auto found = networks_.find(network);
    return found != networks_.end() && found->second.refusals >= allowed_ && now - found->second.last < memory;
}

void Penalties::make_room(std::chrono::milliseconds now) {
    std::erase_if(networks_, [&](const auto& entry) { return now - entry.second.last >= memory; });
    if (networks_.size() < most_networks)
        return;
    networks_.erase(std::min_element(networks_.begin(), networks_.end(), [](const auto& left, const auto& right) {
        return left.second.last < right.second.last;
    }));
}

} // namespace http

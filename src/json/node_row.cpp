#include "json/node_row.hpp"

#include <algorithm>

namespace json {

void NodeRow::clear() {
    if (nodes_.capacity() > kept)
        *this = {};
    nodes_.clear();
}

/// Only members with the same bit can have the same key.
void NodeRow::drop_repeated(const Open& object) {
    alike_.clear();
    for (auto at = object.at + 1; at < nodes_.size(); at += nodes_[at].span)
        if ((Node::key_bit(nodes_[at].key) & object.shared) != 0)
            alike_.push_back(at);
    std::sort(alike_.begin(), alike_.end(), [&](std::size_t a, std::size_t b) {
        const auto order = nodes_[a].key.compare(nodes_[b].key);
        return order != 0 ? order < 0 : a < b;
    });
    std::vector<std::size_t> repeated;
    for (std::size_t i = 1; i < alike_.size(); ++i)
        if (nodes_[alike_[i - 1]].key == nodes_[alike_[i]].key)
            repeated.push_back(alike_[i - 1]);
    std::sort(repeated.begin(), repeated.end());
    remove(repeated);
}

/// `members`: sorted positions. Removes each with everything inside it.
void NodeRow::remove(std::span<const std::size_t> members) {
    if (members.empty())
        return;
    const auto node = [&](std::size_t at) { return nodes_.begin() + static_cast<std::ptrdiff_t>(at); };
    auto to = node(members.front());
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto until = i + 1 < members.size() ? members[i + 1] : nodes_.size();
        to = std::move(node(members[i] + nodes_[members[i]].span), node(until), to);
    }
    nodes_.erase(to, nodes_.end());
}

} // namespace json

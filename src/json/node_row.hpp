// Builds the nodes of one value in the order in which a parser meets them. Both readers fill it, so the rule for
// repeated keys stands here alone: the last one counts. Strings are not copied.
#pragma once

#include "json/node.hpp"

#include <span>
#include <vector>

namespace json {

class NodeRow final {
  public:
    /// clear() frees the memory of a row with more nodes than this.
    static constexpr std::size_t kept = 256UL * 1024;

    /// An array or object that is still open.
    struct Open {
        std::size_t at = 0;
        std::uint64_t keys = 0;   ///< key_bit() of each
        std::uint64_t shared = 0; ///< bits that more than one key has
    };

    void clear();
    /// Adds a value. Call begin() next if it is an array or object.
    Node& add() { return nodes_.emplace_back(); }
    /// Adds the next member of an object.
    Node& add(Open& object, std::string_view key) {
        const auto bit = Node::key_bit(key);
        object.shared |= object.keys & bit;
        object.keys |= bit;
        auto& node = add();
        node.key = key;
        return node;
    }
    /// Makes the last value an array or object: values added from now on, up to end(), belong to it.
    [[nodiscard]] Open begin(Node::Kind kind) {
        nodes_.back().kind = kind;
        return {nodes_.size() - 1};
    }
    void end(const Open& open) {
        if (open.shared != 0)
            drop_repeated(open);
        auto& node = nodes_[open.at];
        node.bits = open.keys;
        node.span = static_cast<std::uint32_t>(nodes_.size() - open.at);
    }

    [[nodiscard]] std::size_t capacity() const { return nodes_.capacity(); }
    [[nodiscard]] Node& back() { return nodes_.back(); }
    [[nodiscard]] const Node* front() const { return nodes_.data(); }

  private:
    void drop_repeated(const Open& object);
    void remove(std::span<const std::size_t> members);

    std::vector<Node> nodes_;
    std::vector<std::size_t> alike_; // members that may have the same key
};

} // namespace json

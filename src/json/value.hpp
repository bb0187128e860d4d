// A JSON value that somebody else keeps, in either of two forms: in nlohmann's tree, or as the nodes a Parser made of
// bytes. Both answer alike; a reader need not know which it was given. Strict: a number is what is written as one.
#pragma once

#include "json/text.hpp"

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace json {

/// A value in a row of nodes: its members or elements follow it, each with all of its own.
struct Node {
    enum class Kind : std::uint8_t { null, no, yes, natural, negative, fraction, text, array, object };

    std::string_view key; ///< of a member, else empty
    std::string_view text;
    std::uint64_t bits = 0; ///< natural: itself; fraction: of the double; object: key_bit() of each key
    std::uint32_t span = 1; ///< nodes it takes, with all below it
    Kind kind = Kind::null;

    /// One of 64, different for nearly all keys of one of lightningd's objects: what an object lacks need not be
    /// searched for, nor what it has once be compared with all the others.
    [[nodiscard]] static std::uint64_t key_bit(std::string_view key) {
        if (key.empty())
            return 1;
        const std::size_t first = static_cast<std::uint8_t>(key.front());
        const std::size_t last = static_cast<std::uint8_t>(key.back());
        return std::uint64_t{1} << ((key.size() + (last ^ (first * 2)) * 7) % 64);
    }
};

/// Nothing at all, or a value. Null of JSON is a value, but no member.
class Value final {
  public:
    Value() = default;
    Value(const Tree& tree) : tree_(&tree) {} // not explicit: decoders take either form
    Value(const Tree* tree) : tree_(tree) {}  // null: nothing
    Value(Tree::initializer_list_t) = delete; // `{{"a", 1}}` would be an array
    explicit Value(const Node* node) : node_(node) {}

    explicit operator bool() const { return tree_ || node_; }
    [[nodiscard]] bool is_null() const { return node_ ? node_->kind == Node::Kind::null : tree_ && tree_->is_null(); }
    [[nodiscard]] bool is_object() const {
        return node_ ? node_->kind == Node::Kind::object : tree_ && tree_->is_object();
    }
    [[nodiscard]] bool is_array() const {
        return node_ ? node_->kind == Node::Kind::array : tree_ && tree_->is_array();
    }
    [[nodiscard]] bool is_true() const {
        return node_ ? node_->kind == Node::Kind::yes : tree_ && tree_->is_boolean() && tree_->get<bool>();
    }
    /// Whole, not negative, below 2^64.
    [[nodiscard]] std::optional<std::uint64_t> natural() const;
    /// Written with a point or an exponent, or too big for 64 bits.
    [[nodiscard]] std::optional<double> fraction() const;
    [[nodiscard]] std::optional<std::string_view> text() const;

    /// Nothing when this is no object, has no such member, or has null there. Of equal keys the last counts.
    [[nodiscard]] Value find(std::string_view name) const;
    /// As above, for who asks for members in about the order in which they stand: looks behind `last` first, which was
    /// found here before (or is nothing), and sets it to what it finds.
    [[nodiscard]] Value find(std::string_view name, Value& last) const {
        if (node_ && node_->kind == Node::Kind::object) {
            const auto* next = behind(last);
            if (next != node_ + node_->span && next->key == name) {
                last = Value(next);
                return last.is_null() ? Value() : last;
            }
        }
        return search(name, last);
    }

    class Elements;
    /// Of an array; none of anything else.
    [[nodiscard]] Elements elements() const;

    /// The same value in the same place.
    bool operator==(const Value&) const = default;

  private:
    [[nodiscard]] const Node* behind(Value last) const {
        return last.node_ ? last.node_ + last.node_->span : node_ + 1;
    }
    [[nodiscard]] Value search(std::string_view name, Value& last) const;
    [[nodiscard]] const Node* member(std::string_view name, const Node* from) const;

    const Tree* tree_ = nullptr;
    const Node* node_ = nullptr;
};

class Value::Elements final {
  public:
    class Iterator final {
      public:
        explicit Iterator(Value at) : at_(at) {}
        Value operator*() const { return at_; }
        Iterator& operator++() {
            if (at_.node_)
                at_.node_ += at_.node_->span;
            else
                ++at_.tree_; // an array of nlohmann's is a vector
            return *this;
        }
        bool operator==(const Iterator&) const = default;

      private:
        Value at_;
    };

    Elements(Value begin, Value end) : begin_(begin), end_(end) {}
    [[nodiscard]] Iterator begin() const { return Iterator(begin_); }
    [[nodiscard]] Iterator end() const { return Iterator(end_); }
    [[nodiscard]] bool empty() const { return begin_ == end_; }

  private:
    Value begin_;
    Value end_;
};

inline std::optional<std::uint64_t> Value::natural() const {
    if (node_)
        return node_->kind == Node::Kind::natural ? std::optional(node_->bits) : std::nullopt;
    return tree_ && tree_->is_number_unsigned() ? std::optional(tree_->get<std::uint64_t>()) : std::nullopt;
}

inline std::optional<double> Value::fraction() const {
    if (node_)
        return node_->kind == Node::Kind::fraction ? std::optional(std::bit_cast<double>(node_->bits)) : std::nullopt;
    return tree_ && tree_->is_number_float() ? std::optional(tree_->get<double>()) : std::nullopt;
}

inline std::optional<std::string_view> Value::text() const {
    if (node_)
        return node_->kind == Node::Kind::text ? std::optional(node_->text) : std::nullopt;
    return tree_ && tree_->is_string() ? std::optional<std::string_view>(tree_->get_ref<const std::string&>())
                                       : std::nullopt;
}

} // namespace json

// Read access to one parsed JSON value: a copyable pointer into nodes that a Parser keeps. Strict: a quoted number is
// not a number. A member whose value is null counts as missing.
#pragma once

#include "json/node.hpp"

#include <bit>
#include <cstddef>
#include <iterator>
#include <optional>

namespace json {

class Value final {
  public:
    /// No value: every question is answered with no.
    Value() = default;
    explicit Value(const Node* node) : node_(node) {}

    explicit operator bool() const { return node_ != nullptr; }
    [[nodiscard]] bool is_null() const { return is(Node::Kind::null); }
    [[nodiscard]] bool is_object() const { return is(Node::Kind::object); }
    [[nodiscard]] bool is_array() const { return is(Node::Kind::array); }
    [[nodiscard]] bool is_true() const { return is(Node::Kind::yes); }
    [[nodiscard]] bool is_false() const { return is(Node::Kind::no); }
    /// A whole number, not negative, below 2^64.
    [[nodiscard]] std::optional<std::uint64_t> natural() const {
        return is(Node::Kind::natural) ? std::optional(node_->bits) : std::nullopt;
    }
    /// A number with a point or an exponent, or too big for 64 bits.
    [[nodiscard]] std::optional<double> fraction() const {
        return is(Node::Kind::fraction) ? std::optional(std::bit_cast<double>(node_->bits)) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::string_view> text() const {
        return is(Node::Kind::text) ? std::optional(node_->text) : std::nullopt;
    }

    /// Nothing if this is no object, or the member is missing or null.
    [[nodiscard]] Value find(std::string_view name) const;
    /// As above, faster for callers that ask for members in about the order of the text: it searches first after
    /// `last`, the member found before (or nothing), and sets `last` to the member it finds.
    [[nodiscard]] Value find(std::string_view name, Value& last) const {
        if (is_object()) {
            const auto* next = behind(last);
            if (next != end() && next->key == name) {
                last = Value(next);
                return last.is_null() ? Value() : last;
            }
        }
        return search(name, last);
    }

    class Elements;
    /// The elements of an array; none for any other value.
    [[nodiscard]] Elements elements() const;
    /// The members of an object, null ones included; none for any other value.
    [[nodiscard]] Elements members() const;
    /// The key of a member, else empty.
    [[nodiscard]] std::string_view key() const { return node_ ? node_->key : std::string_view(); }

    /// True for the same value at the same place.
    bool operator==(const Value&) const = default;

  private:
    [[nodiscard]] bool is(Node::Kind kind) const { return node_ && node_->kind == kind; }
    [[nodiscard]] const Node* end() const { return node_ + node_->span; }
    [[nodiscard]] const Node* behind(Value last) const { return last ? last.end() : node_ + 1; }
    [[nodiscard]] Value search(std::string_view name, Value& last) const;
    [[nodiscard]] const Node* member(std::string_view name, const Node* from) const;

    const Node* node_ = nullptr;
};

class Value::Elements final {
  public:
    class Iterator final {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Value;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = Value;

        explicit Iterator(const Node* at) : at_(at) {}
        Value operator*() const { return Value(at_); }
        Iterator& operator++() {
            at_ += at_->span;
            return *this;
        }
        Iterator operator++(int) {
            const auto before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator&) const = default;

      private:
        const Node* at_;
    };

    Elements(const Node* begin, const Node* end) : begin_(begin), end_(end) {}
    [[nodiscard]] Iterator begin() const { return Iterator(begin_); }
    [[nodiscard]] Iterator end() const { return Iterator(end_); }
    [[nodiscard]] bool empty() const { return begin_ == end_; }

  private:
    const Node* begin_;
    const Node* end_;
};

inline Value::Elements Value::elements() const {
    return is_array() ? Elements(node_ + 1, end()) : Elements(nullptr, nullptr);
}

inline Value::Elements Value::members() const {
    return is_object() ? Elements(node_ + 1, end()) : Elements(nullptr, nullptr);
}

} // namespace json

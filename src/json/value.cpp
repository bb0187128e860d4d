#include "json/value.hpp"

namespace json {

/// A Parser has no key twice in an object, so that it is no matter where the search begins.
const Node* Value::member(std::string_view name, const Node* from) const {
    if ((node_->bits & Node::key_bit(name)) == 0)
        return nullptr;
    const auto* const end = node_ + node_->span;
    for (const auto* at = from; at != end; at += at->span)
        if (at->key == name)
            return at;
    for (const auto* at = node_ + 1; at != from; at += at->span)
        if (at->key == name)
            return at;
    return nullptr;
}

Value Value::search(std::string_view name, Value& last) const {
    if (!is_object())
        return {};
    if (tree_) {
        const auto at = tree_->find(name);
        return at == tree_->end() || at->is_null() ? Value() : Value(*at);
    }
    const auto* found = member(name, behind(last));
    if (!found)
        return {};
    last = Value(found);
    return last.is_null() ? Value() : last;
}

Value Value::find(std::string_view name) const {
    Value none;
    return search(name, none);
}

Value::Elements Value::elements() const {
    if (!is_array())
        return {{}, {}};
    if (node_)
        return {Value(node_ + 1), Value(node_ + node_->span)};
    return {Value(tree_->empty() ? nullptr : &tree_->front()),
            Value(tree_->empty() ? nullptr : &tree_->front() + tree_->size())};
}

} // namespace json

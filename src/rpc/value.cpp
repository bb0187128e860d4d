#include "rpc/value.hpp"

namespace rpc {

Value Value::find(std::string_view name) const {
    if (!is_object())
        return {};
    if (tree_) {
        const auto at = tree_->find(name);
        return at == tree_->end() || at->is_null() ? Value() : Value(*at);
    }
    if ((node_->bits & Node::key_bit(name)) == 0)
        return {};
    const auto* end = node_ + node_->span;
    for (const auto* member = node_ + 1; member != end; member += member->span)
        if (member->key == name) // a Document has no key twice in an object
            return member->kind == Node::Kind::null ? Value() : Value(member);
    return {};
}

Value::Elements Value::elements() const {
    if (!is_array())
        return {{}, {}};
    if (node_)
        return {Value(node_ + 1), Value(node_ + node_->span)};
    return {Value(tree_->empty() ? nullptr : &tree_->front()),
            Value(tree_->empty() ? nullptr : &tree_->front() + tree_->size())};
}

} // namespace rpc

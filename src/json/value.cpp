#include "json/value.hpp"

namespace json {

/// Keys are unique (NodeRow), so the search may begin anywhere.
const Node* Value::member(std::string_view name, const Node* from) const {
    if ((node_->bits & Node::key_bit(name)) == 0)
        return nullptr;
    for (const auto* at = from; at != end(); at += at->span)
        if (at->key == name)
            return at;
    for (const auto* at = node_ + 1; at != from; at += at->span)
        if (at->key == name)
            return at;
    return nullptr;
}

Value Value::search(std::string_view name, Value& last) const {
    const auto* found = is_object() ? member(name, behind(last)) : nullptr;
    if (!found)
        return {};
    last = Value(found);
    return last.is_null() ? Value() : last;
}

Value Value::find(std::string_view name) const {
    Value none;
    return search(name, none);
}

} // namespace json

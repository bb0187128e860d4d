#include "json/simdjson_reader.hpp"

#include <bit>

namespace json {

namespace dom = simdjson::dom;

namespace {

using Kind = Node::Kind;

/// True if the text may contain something that the libraries read differently: nlohmann does not take -0 for a natural
/// number, and simdjson 3.0.1 accepts half a surrogate pair. A false match, such as inside a string, only costs time.
bool ambiguous(std::string_view text) {
    return text.find("-0") != std::string_view::npos || text.find("\\u") != std::string_view::npos;
}

/// Sets the row's last node. False when the element is an array or object.
bool set_scalar(Node& node, const dom::element& element) {
    using dom::element_type;
    switch (element.type()) {
    case element_type::NULL_VALUE:
        node.kind = Kind::null;
        return true;
    case element_type::BOOL:
        node.kind = element.get_bool().value_unsafe() ? Kind::yes : Kind::no;
        return true;
    case element_type::INT64: {
        const auto number = element.get_int64().value_unsafe();
        node.kind = number < 0 ? Kind::negative : Kind::natural;
        node.bits = static_cast<std::uint64_t>(number);
        return true;
    }
    case element_type::UINT64:
        node.kind = Kind::natural;
        node.bits = element.get_uint64().value_unsafe();
        return true;
    case element_type::DOUBLE:
        node.kind = Kind::fraction;
        node.bits = std::bit_cast<std::uint64_t>(element.get_double().value_unsafe());
        return true;
    case element_type::STRING:
        node.kind = Kind::text;
        node.text = element.get_string().value_unsafe();
        return true;
    case element_type::ARRAY:
    case element_type::OBJECT:
        break;
    }
    return false;
}

/// Adds everything inside the row's last node, which is this array or object. Recurses as deep as the framer allows.
void add_inside(NodeRow& row, const dom::element& element) {
    const bool is_object = element.type() == dom::element_type::OBJECT;
    auto open = row.begin(is_object ? Kind::object : Kind::array);
    if (is_object) {
        const dom::object object = element.get_object().value_unsafe();
        for (const auto member : object)
            if (!set_scalar(row.add(open, member.key), member.value))
                add_inside(row, member.value);
    } else {
        const dom::array array = element.get_array().value_unsafe();
        for (const auto inner : array)
            if (!set_scalar(row.add(), inner))
                add_inside(row, inner);
    }
    row.end(open);
}

} // namespace

const Node* SimdjsonReader::read(std::string_view text, NodeRow& row) {
    if (text.size() > most || ambiguous(text))
        return nullptr;
    if (padded_.size() < text.size() + simdjson::SIMDJSON_PADDING)
        padded_.resize(text.size() + simdjson::SIMDJSON_PADDING);
    text.copy(padded_.data(), text.size());
    dom::element root;
    if (parser_.parse(padded_.data(), text.size(), false).get(root) != simdjson::SUCCESS)
        return nullptr;
    row.clear();
    if (!set_scalar(row.add(), root))
        add_inside(row, root);
    return row.front();
}

} // namespace json

#include "json/parser.hpp"

#include <vector>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace json {

namespace dom = simdjson::dom;

namespace {

/// What both libraries accept and understand differently: a minus before zero is no natural number to nlohmann, and
/// simdjson 3.0.1 lets half a surrogate pair pass. Found anywhere, even inside a string, the slower way is no harm.
bool ambiguous(std::string_view text) {
    return text.find("-0") != std::string_view::npos || text.find("\\u") != std::string_view::npos;
}

/// False when it is an array or object.
bool set_scalar(Node& node, const dom::element& element) {
    using Kind = Node::Kind;
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

} // namespace

struct Parser::Quick {
    dom::parser parser{most_quick};
    std::vector<char> padded; // simdjson reads beyond the end
    std::vector<Node> nodes;

    bool read(std::string_view text);
    bool add(const dom::element& element);
    bool add_inside(const dom::element& element);
    bool add_members(std::size_t parent, const dom::object& object);
    [[nodiscard]] bool has(std::size_t parent, std::string_view key) const;
};

bool Parser::Quick::read(std::string_view text) {
    if (text.size() > most_quick || ambiguous(text))
        return false;
    if (padded.size() < text.size() + simdjson::SIMDJSON_PADDING)
        padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
    text.copy(padded.data(), text.size());
    dom::element root;
    nodes.clear();
    return parser.parse(padded.data(), text.size(), false).get(root) == simdjson::SUCCESS && add(root);
}

bool Parser::Quick::has(std::size_t parent, std::string_view key) const {
    for (auto at = parent + 1; at < nodes.size(); at += nodes[at].span)
        if (nodes[at].key == key)
            return true;
    return false;
}

bool Parser::Quick::add_members(std::size_t parent, const dom::object& object) {
    std::uint64_t keys = 0;
    for (const auto member : object) {
        const auto bit = Node::key_bit(member.key);
        if ((keys & bit) != 0 && has(parent, member.key))
            return false; // nlohmann knows which of them counts
        keys |= bit;
        auto& node = nodes.emplace_back();
        node.key = member.key;
        if (!set_scalar(node, member.value) && !add_inside(member.value))
            return false;
    }
    nodes[parent].bits = keys;
    return true;
}

/// Recurses as deep as the framer lets it.
bool Parser::Quick::add(const dom::element& element) {
    return set_scalar(nodes.emplace_back(), element) || add_inside(element);
}

/// Of the last node, which is this array or object.
bool Parser::Quick::add_inside(const dom::element& element) {
    const auto self = nodes.size() - 1;
    if (element.type() == dom::element_type::OBJECT) {
        nodes[self].kind = Node::Kind::object;
        if (!add_members(self, element.get_object().value_unsafe()))
            return false;
    } else {
        nodes[self].kind = Node::Kind::array;
        const dom::array array = element.get_array().value_unsafe();
        for (const auto inner : array)
            if (!add(inner))
                return false;
    }
    nodes[self].span = static_cast<std::uint32_t>(nodes.size() - self);
    return true;
}

Parser::Parser() = default;
Parser::~Parser() = default;

tl::expected<Value, std::string> Parser::read(std::string_view text) {
    if (!simdjson_)
        simdjson_ = std::make_unique<Quick>();
    quick_ = simdjson_->read(text);
    if (quick_) {
        if (!tree_.is_null())
            tree_ = nullptr; // may have been of 50 MB
        return Value(simdjson_->nodes.data());
    }
    auto tree = parse(text);
    if (!tree)
        return tl::unexpected(std::move(tree.error()));
    tree_ = std::move(*tree);
    return Value(tree_);
}

} // namespace json

// JSON values for decoders: temporaries that own their text or tree.
#pragma once

#include "json/parser.hpp"
#include "json/text.hpp"

#include <bit>
#include <string>

namespace unit {

/// A text, read by a Parser.
class Parsed final {
  public:
    explicit Parsed(std::string_view text) : value_(parser_.read(text)) {}
    operator json::Value() const { return value_.value(); }

  private:
    json::Parser parser_;
    tl::expected<json::Value, std::string> value_;
};

/// A tree of nlohmann's, in the nodes that a Parser would make of its text.
class Nodes final {
  public:
    explicit Nodes(json::Tree tree) : tree_(std::move(tree)) { set(row_.add(), tree_); }
    Nodes(const Nodes&) = delete;
    Nodes& operator=(const Nodes&) = delete;
    operator json::Value() const { return json::Value(row_.front()); }

  private:
    using Kind = json::Node::Kind;

    void set(json::Node& node, const json::Tree& tree) {
        if (tree.is_boolean())
            node.kind = tree.get<bool>() ? Kind::yes : Kind::no;
        else if (tree.is_number_float())
            node.kind = Kind::fraction, node.bits = std::bit_cast<std::uint64_t>(tree.get<double>());
        else if (tree.is_number_unsigned())
            node.kind = Kind::natural, node.bits = tree.get<std::uint64_t>();
        else if (tree.is_number())
            node.kind = Kind::negative;
        else if (tree.is_string())
            node.kind = Kind::text, node.text = tree.get_ref<const std::string&>();
        else if (tree.is_structured())
            set_inside(tree);
    }
    /// Of the row's last node.
    void set_inside(const json::Tree& tree) {
        auto open = row_.begin(tree.is_object() ? Kind::object : Kind::array);
        for (auto at = tree.begin(); at != tree.end(); ++at)
            set(tree.is_object() ? row_.add(open, at.key()) : row_.add(), *at);
        row_.end(open);
    }

    json::Tree tree_;
    json::NodeRow row_;
};

} // namespace unit

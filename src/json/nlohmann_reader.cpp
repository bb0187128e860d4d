#include "json/nlohmann_reader.hpp"

#include "json/refusal.hpp"

#include <bit>
#include <utility>

namespace json {

namespace {

using Tree = nlohmann::json;
using Kind = Node::Kind;

/// nlohmann's SAX handler: the library calls these functions for each value in the order of the text.
class Events final {
  public:
    Events(NodeRow& row, std::string& texts) : row_(row), texts_(texts) {}

    bool null() { return add(Kind::null); }
    bool boolean(bool value) { return add(value ? Kind::yes : Kind::no); }
    bool number_integer(std::int64_t) { return add(Kind::negative); }
    bool number_unsigned(std::uint64_t value) { return add(Kind::natural, value); }
    bool number_float(double value, const std::string&) {
        return add(Kind::fraction, std::bit_cast<std::uint64_t>(value));
    }
    bool string(const std::string& value) { return add(Kind::text, 0, keep(value)); }
    bool binary(const Tree::binary_t&) { return false; } // JSON has no binary values

    bool key(const std::string& value) {
        row_.add(open_.back(), keep(value));
        keyed_ = true;
        return true;
    }
    bool start_object(std::size_t) { return begin(Kind::object); }
    bool start_array(std::size_t) { return begin(Kind::array); }
    bool end_object() { return end(); }
    bool end_array() { return end(); }

    template <class Error>
    bool parse_error(std::size_t, const std::string&, const Error& error) {
        throw error; // as parse() does
    }

  private:
    /// The node for the next value: a member whose key was just added, an element, or the root.
    Node& next() { return std::exchange(keyed_, false) ? row_.back() : row_.add(); }
    bool add(Kind kind, std::uint64_t bits = 0, std::string_view text = {}) {
        auto& node = next();
        node.kind = kind;
        node.bits = bits;
        node.text = text;
        return true;
    }
    bool begin(Kind kind) {
        next();
        open_.push_back(row_.begin(kind));
        return true;
    }
    bool end() {
        row_.end(open_.back());
        open_.pop_back();
        return true;
    }
    /// Never reallocates, so views stay valid: escapes only make a text shorter, and room for all of `text` was
    /// reserved.
    std::string_view keep(const std::string& value) {
        texts_ += value;
        return std::string_view(texts_).substr(texts_.size() - value.size());
    }

    NodeRow& row_;
    std::string& texts_;
    bool keyed_ = false; // the last node has its key but not yet its value
    std::vector<NodeRow::Open> open_;
};

} // namespace

tl::expected<const Node*, std::string> read_with_nlohmann(std::string_view text, NodeRow& row, std::string& texts) {
    row.clear();
    texts.clear();
    texts.reserve(text.size());
    return or_refusal(text, [&](std::string_view whole) {
        Events events(row, texts);
        Tree::sax_parse(whole, &events);
        return row.front();
    });
}

} // namespace json

#include "json/parser.hpp"

#include "json/nlohmann_reader.hpp"
#include "json/simdjson_reader.hpp"

namespace json {

Parser::Parser() = default;
Parser::~Parser() = default;

tl::expected<Value, std::string> Parser::read(std::string_view text) {
    if (!simdjson_)
        simdjson_ = std::make_unique<SimdjsonReader>();
    const auto* quick = simdjson_->read(text, row_);
    quick_ = quick != nullptr;
    if (quick_) {
        std::string().swap(texts_); // it may hold 50 MB, which a move would keep
        return Value(quick);
    }
    return read_with_nlohmann(text, row_, texts_).map([](const Node* node) { return Value(node); });
}

} // namespace json

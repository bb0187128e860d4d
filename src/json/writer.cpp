#include "json/writer.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace json {

namespace {

/// No early exit and only bytes, so that the compiler can vectorise it.
bool is_plain(std::string_view text) {
    std::uint8_t strange = 0;
    for (const char character : text) {
        const auto c = static_cast<std::uint8_t>(character);
        const bool visible = static_cast<std::uint8_t>(c - 0x20) < 0x7F - 0x20; // ASCII
        strange |= static_cast<std::uint8_t>(!visible || c == '"' || c == '\\');
    }
    return strange == 0;
}

} // namespace

void Writer::string(std::string_view value) {
    if (is_plain(value))
        add("\"", value, "\"");
    else
        add(std::string_view(nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
}

std::string Writer::take() {
    text_.resize(size_);
    clear();
    return std::exchange(text_, {});
}

void Writer::grow(std::size_t bytes) {
    text_.resize(std::max({2 * text_.size(), size_ + bytes, std::size_t{4096}}));
}

} // namespace json

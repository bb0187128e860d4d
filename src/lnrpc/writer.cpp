#include "lnrpc/writer.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace lnrpc {

namespace {

/// Without a way out of the loop, so that it is done for many characters at once.
bool is_plain(std::string_view text) {
    unsigned strange = 0;
    for (const char character : text) {
        const auto c = static_cast<unsigned char>(character); // char has no sign on some processors
        strange |= static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c >= 0x7F) |
                   static_cast<unsigned>(c == '"') | static_cast<unsigned>(c == '\\');
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

} // namespace lnrpc

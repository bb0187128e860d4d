#include "lnrpc/writer.hpp"

#include "base/hex.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace lnrpc {

namespace {

bool is_plain(char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

} // namespace

void Writer::separate() {
    if (need_comma_)
        text_ += ',';
    need_comma_ = true;
}

void Writer::raw(std::string_view token) {
    separate();
    text_ += token;
}

void Writer::open(char bracket) {
    separate();
    text_ += bracket;
    need_comma_ = false;
}

void Writer::close(char bracket) {
    text_ += bracket;
    need_comma_ = true;
}

void Writer::key(std::string_view name) {
    separate();
    text_ += '"';
    text_ += name;
    text_ += "\":";
    need_comma_ = false;
}

void Writer::int64(std::int64_t value) {
    raw('"' + std::to_string(value) + '"');
}

void Writer::uint64(std::uint64_t value) {
    raw('"' + std::to_string(value) + '"');
}

void Writer::uint32(std::uint32_t value) {
    raw(std::to_string(value));
}

void Writer::boolean(bool value) {
    raw(value ? "true" : "false");
}

void Writer::null() {
    raw("null");
}

void Writer::bytes(std::span<const std::uint8_t> value) {
    raw('"' + base::to_base64(value) + '"');
}

void Writer::string(std::string_view value) {
    if (std::all_of(value.begin(), value.end(), is_plain)) {
        separate();
        text_ += '"';
        text_ += value;
        text_ += '"';
        return;
    }
    raw(nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace lnrpc

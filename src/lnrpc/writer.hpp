// Writes proto messages as JSON text, one member after the other, in the spelling of protojson. Keeps the commas, knows
// no schema.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lnrpc {

class Writer final {
  public:
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    /// Must be followed by a value.
    void key(std::string_view name);

    void int64(std::int64_t value);   ///< as a string
    void uint64(std::uint64_t value); ///< as a string
    void uint32(std::uint32_t value); ///< as a number
    void boolean(bool value);
    void null();
    void bytes(std::span<const std::uint8_t> value); ///< as base64
    /// Any text; what is no UTF-8 becomes U+FFFD.
    void string(std::string_view value);

    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    void open(char bracket);
    void close(char bracket);
    void separate();
    void raw(std::string_view token);

    std::string text_;
    bool need_comma_ = false;
};

} // namespace lnrpc

// One value of JSON as a field of Protocol Buffers: the rules that the two encoders share. Each function is false if
// the value has not the form of the field; it has written nothing then.
#pragma once

#include "wire/message.hpp"
#include "wire/protobuf.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wire {

/// A JSON number.
[[nodiscard]] bool write_natural(ProtobufWriter& writer, const Field& field, std::uint64_t number);
/// A JSON string, for all kinds that are one.
[[nodiscard]] bool write_text(ProtobufWriter& writer, const Field& field, std::string_view text);
/// An entry of a bytes_map.
[[nodiscard]] bool write_entry(ProtobufWriter& writer, const Field& field, std::uint64_t key, std::string_view base64);

/// The whole text as a decimal number.
template <class Number>
std::optional<Number> decimal(std::string_view text) {
    constexpr std::size_t never_too_much = 18; // digits
    Number number{};
    if (text.empty() || text.size() > never_too_much || text.front() == '-') {
        const auto* end = text.data() + text.size();
        const auto [at, error] = std::from_chars(text.data(), end, number);
        return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
    }
    for (const char c : text) { // twice as fast
        if (c < '0' || c > '9')
            return std::nullopt;
        number = number * 10 + static_cast<Number>(c - '0');
    }
    return number;
}

} // namespace wire

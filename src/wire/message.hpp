// A message of LND's protos as a table: the JSON name, the number and the kind of each field. One table serves to write
// JSON as Protocol Buffers; no generated code is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wire {

struct EnumValue {
    std::string_view name;
    std::uint32_t number = 0;
};

/// Nothing if no value has this name.
[[nodiscard]] constexpr std::optional<std::uint32_t> number_of(std::span<const EnumValue> values,
                                                               std::string_view name) {
    for (const auto& value : values)
        if (value.name == name)
            return value.number;
    return std::nullopt;
}

struct Message;

struct Field {
    enum class Kind : std::uint8_t {
        uint32,     ///< a JSON number
        uint64,     ///< decimal digits in a JSON string
        int64,      ///< the same, perhaps with a minus
        boolean,    ///< true or false
        text,       ///< a JSON string
        texts,      ///< an array of JSON strings
        bytes,      ///< base64 in a JSON string
        enumerated, ///< the name of a value
        message,    ///< an object, or null for none
        messages,   ///< an array of objects
        bytes_map   ///< an object: uint64 as key, base64 as value
    };

    std::string_view name;
    std::uint32_t number = 0;
    Kind kind = Kind::text;
    const Message* message = nullptr;       ///< of message and messages
    std::span<const EnumValue> values = {}; ///< of enumerated
};

struct Message {
    std::span<const Field> fields; ///< in the order of the JSON
};

} // namespace wire

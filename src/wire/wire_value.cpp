#include "wire/wire_value.hpp"

#include "wire/base64.hpp"

namespace wire {

bool write_natural(ProtobufWriter& writer, const Field& field, std::uint64_t number) {
    if (field.kind != Field::Kind::uint32 || number > UINT32_MAX)
        return false;
    writer.integer(field.number, number);
    return true;
}

bool write_text(ProtobufWriter& writer, const Field& field, std::string_view text) {
    switch (field.kind) {
    case Field::Kind::uint64: {
        const auto number = decimal<std::uint64_t>(text);
        if (number)
            writer.integer(field.number, *number);
        return number.has_value();
    }
    case Field::Kind::int64: {
        const auto number = decimal<std::int64_t>(text);
        if (number)
            writer.integer(field.number, static_cast<std::uint64_t>(*number));
        return number.has_value();
    }
    case Field::Kind::text:
        writer.bytes(field.number, text);
        return true;
    case Field::Kind::bytes: {
        const auto bytes = from_base64(text, Base64Alphabet::standard);
        if (bytes)
            writer.bytes(field.number, *bytes);
        return bytes.has_value();
    }
    case Field::Kind::enumerated: {
        const auto number = number_of(field.values, text);
        if (number)
            writer.integer(field.number, *number);
        return number.has_value();
    }
    case Field::Kind::uint32:
    case Field::Kind::boolean:
    case Field::Kind::texts:
    case Field::Kind::message:
    case Field::Kind::messages:
    case Field::Kind::bytes_map:
        break;
    }
    return false;
}

bool write_entry(ProtobufWriter& writer, const Field& field, std::uint64_t key, std::string_view base64) {
    const auto bytes = from_base64(base64, Base64Alphabet::standard);
    if (!bytes)
        return false;
    const auto begun = writer.begin(field.number);
    writer.integer(1, key);
    writer.bytes(2, *bytes);
    writer.end(begun);
    return true;
}

} // namespace wire

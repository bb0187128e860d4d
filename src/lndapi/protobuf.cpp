#include "lndapi/protobuf.hpp"

#include <array>
#include <vector>

namespace lndapi {

namespace {

enum WireType : std::uint32_t {
    varint_type = 0,
    fixed64_type = 1,
    bytes_type = 2,
    group_type = 3,
    end_group_type = 4,
    fixed32_type = 5
};

constexpr std::uint32_t greatest_field = (1U << 29) - 1; // protobuf.dev, "Encoding"

std::uint64_t tag(std::uint32_t field, WireType type) {
    return std::uint64_t{field} << 3 | type;
}

/// The bytes of a varint, and how many there are.
std::size_t put_varint(std::array<char, 10>& into, std::uint64_t value) {
    std::size_t count = 0;
    do {
        const auto low = static_cast<std::uint8_t>(value & 0x7F);
        value >>= 7;
        into.at(count++) = static_cast<char>(value > 0 ? low | 0x80 : low);
    } while (value > 0);
    return count;
}

tl::unexpected<std::string> refuse(const char* why) {
    return tl::unexpected<std::string>(why);
}

} // namespace

void ProtobufWriter::varint(std::uint64_t value) {
    std::array<char, 10> digits{};
    out_.append(digits.data(), put_varint(digits, value));
}

void ProtobufWriter::integer(std::uint32_t field, std::uint64_t value) {
    if (value == 0)
        return;
    varint(tag(field, varint_type));
    varint(value);
}

void ProtobufWriter::bytes(std::uint32_t field, std::string_view value) {
    if (!value.empty())
        element(field, value);
}

void ProtobufWriter::element(std::uint32_t field, std::string_view value) {
    varint(tag(field, bytes_type));
    varint(value.size());
    out_.append(value);
}

std::size_t ProtobufWriter::begin(std::uint32_t field) {
    varint(tag(field, bytes_type));
    return out_.size();
}

void ProtobufWriter::end(std::size_t begun) {
    std::array<char, 10> digits{};
    const auto count = put_varint(digits, out_.size() - begun);
    out_.insert(begun, digits.data(), count);
}

std::optional<std::uint64_t> ProtobufReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest_.empty())
            return std::nullopt;
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        if (shift == 63 && byte > 1)
            return std::nullopt; // more than 64 bits
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80)
            return value;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> ProtobufReader::fixed(std::size_t bytes) {
    if (rest_.size() < bytes)
        return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) // little-endian
        value = value << 8 | static_cast<std::uint8_t>(rest_[i]);
    rest_.remove_prefix(bytes);
    return value;
}

/// Skips the fields of a group, and its end. Without recursion: groups may be nested in groups.
bool ProtobufReader::skip_group(std::uint64_t number) {
    std::vector<std::uint64_t> open{number};
    while (!open.empty()) {
        const auto head = varint();
        const auto inner = head ? *head >> 3 : 0;
        if (inner == 0 || inner > greatest_field)
            return false;
        switch (*head & 7) {
        case varint_type:
            if (!varint())
                return false;
            break;
        case fixed64_type:
        case fixed32_type:
            if (!fixed((*head & 7) == fixed64_type ? 8 : 4))
                return false;
            break;
        case bytes_type: {
            const auto size = varint();
            if (!size || *size > rest_.size())
                return false;
            rest_.remove_prefix(*size);
            break;
        }
        case group_type:
            open.push_back(inner);
            break;
        case end_group_type:
            if (inner != open.back())
                return false;
            open.pop_back();
            break;
        default:
            return false;
        }
    }
    return true;
}

tl::expected<ProtobufField, std::string> ProtobufReader::next() {
    const auto head = varint();
    const auto number = head ? *head >> 3 : 0;
    if (!head || number == 0 || number > greatest_field)
        return refuse("a malformed field number");
    ProtobufField field;
    field.number = static_cast<std::uint32_t>(number);
    std::optional<std::uint64_t> value;
    switch (*head & 7) {
    case varint_type:
        value = varint();
        field.is_varint = true;
        break;
    case fixed64_type:
        value = fixed(8);
        break;
    case fixed32_type:
        value = fixed(4);
        break;
    case bytes_type:
        value = varint();
        if (!value || *value > rest_.size())
            return refuse("a field longer than its message");
        field.is_bytes = true;
        field.bytes = rest_.substr(0, *value);
        rest_.remove_prefix(*value);
        return field;
    case group_type:
        if (!skip_group(number))
            return refuse("a malformed group");
        return field;
    default:
        return refuse("an unknown wire type");
    }
    if (!value)
        return refuse("a malformed integer");
    field.integer = *value;
    return field;
}

} // namespace lndapi

#include "wire/protobuf.hpp"

#include <array>
#include <vector>

namespace wire {

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

/// Appends a varint; returns its end. `at` has room for ten bytes.
char* put_varint(char* at, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        *at++ = static_cast<char>((value & 0x7F) | 0x80);
    *at++ = static_cast<char>(value);
    return at;
}

tl::unexpected<std::string> refuse(const char* why) {
    return tl::unexpected<std::string>(why);
}

} // namespace

/// A tag and a number, in one piece.
void ProtobufWriter::head(std::uint64_t tag, std::uint64_t value) {
    std::array<char, 20> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const char* end = put_varint(put_varint(bytes.data(), tag), value);
    out_.append(bytes.data(), static_cast<std::size_t>(end - bytes.data()));
}

void ProtobufWriter::integer(std::uint32_t field, std::uint64_t value) {
    if (value != 0)
        head(tag(field, varint_type), value);
}

void ProtobufWriter::bytes(std::uint32_t field, std::string_view value) {
    if (!value.empty())
        element(field, value);
}

void ProtobufWriter::element(std::uint32_t field, std::string_view value) {
    head(tag(field, bytes_type), value.size());
    out_.append(value);
}

/// The length is 0 until the message has ended: one byte, as most have.
std::size_t ProtobufWriter::begin(std::uint32_t field) {
    head(tag(field, bytes_type), 0);
    return out_.size();
}

void ProtobufWriter::end(std::size_t begun) {
    std::array<char, 10> length; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const char* end = put_varint(length.data(), out_.size() - begun);
    out_[begun - 1] = length[0];
    out_.insert(begun, length.data() + 1, static_cast<std::size_t>(end - length.data()) - 1);
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

} // namespace wire

#include "lndapi/wire_from_json.hpp"

#include "lndapi/base64.hpp"
#include "lndapi/protobuf.hpp"

#include <algorithm>
#include <charconv>

namespace lndapi {

namespace {

template <class Number>
std::optional<Number> decimal(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

std::optional<std::string> bytes_of(json::Value value) {
    const auto text = value.text();
    auto bytes = text ? from_base64(*text, Base64Alphabet::standard) : tl::unexpected(std::size_t{0});
    return bytes ? std::optional(*std::move(bytes)) : std::nullopt;
}

/// Appends one message; says which member it could not read.
class Encoder final {
  public:
    explicit Encoder(std::string& out) : writer_(out) {}

    bool message(json::Value value, const Message& message) {
        if (!value.is_object())
            return false;
        json::Value last;
        return std::all_of(message.fields.begin(), message.fields.end(), [&](const Field& one) {
            const auto member = value.find(one.name, last);
            if (!member || field(member, one))
                return true;
            place_ = place_.empty() ? std::string(one.name) : std::string(one.name) + '.' + place_;
            return false;
        });
    }
    [[nodiscard]] const std::string& place() const { return place_; }

  private:
    bool integer(const Field& field, std::optional<std::uint64_t> value) {
        if (value)
            writer_.integer(field.number, *value);
        return value.has_value();
    }

    bool field(json::Value value, const Field& field) {
        const auto text = value.text();
        switch (field.kind) {
        case Field::Kind::uint32: {
            const auto number = value.natural();
            return number && *number <= UINT32_MAX && integer(field, number);
        }
        case Field::Kind::uint64:
            return text && integer(field, decimal<std::uint64_t>(*text));
        case Field::Kind::int64: {
            const auto number = text ? decimal<std::int64_t>(*text) : std::nullopt;
            return number && integer(field, static_cast<std::uint64_t>(*number));
        }
        case Field::Kind::boolean:
            return value.is_true() ? integer(field, 1) : value.is_false();
        case Field::Kind::text:
            if (text)
                writer_.bytes(field.number, *text);
            return text.has_value();
        case Field::Kind::texts:
            return value.is_array() && std::all_of(value.elements().begin(), value.elements().end(),
                                                   [&](json::Value one) { return element(one, field); });
        case Field::Kind::bytes: {
            const auto bytes = bytes_of(value);
            if (bytes)
                writer_.bytes(field.number, *bytes);
            return bytes.has_value();
        }
        case Field::Kind::enumerated: {
            const auto known = std::find_if(field.values.begin(), field.values.end(),
                                            [&](const EnumValue& one) { return text && one.name == *text; });
            return known != field.values.end() && integer(field, known->number);
        }
        case Field::Kind::message:
            return nested(value, field);
        case Field::Kind::messages:
            return value.is_array() && std::all_of(value.elements().begin(), value.elements().end(),
                                                   [&](json::Value one) { return nested(one, field); });
        case Field::Kind::bytes_map:
            return value.is_object() && std::all_of(value.members().begin(), value.members().end(),
                                                    [&](json::Value entry) { return map_entry(entry, field); });
        }
        return false;
    }

    bool element(json::Value value, const Field& field) {
        const auto text = value.text();
        if (text)
            writer_.element(field.number, *text);
        return text.has_value();
    }

    bool nested(json::Value value, const Field& field) {
        const auto begun = writer_.begin(field.number);
        const bool read = message(value, *field.message);
        writer_.end(begun);
        return read;
    }

    bool map_entry(json::Value entry, const Field& field) {
        const auto key = decimal<std::uint64_t>(entry.key());
        const auto bytes = bytes_of(entry);
        if (!key || !bytes)
            return false;
        const auto begun = writer_.begin(field.number);
        writer_.integer(1, *key);
        writer_.bytes(2, *bytes);
        writer_.end(begun);
        return true;
    }

    ProtobufWriter writer_;
    std::string place_;
};

} // namespace

tl::expected<void, std::string> append_wire(std::string& out, json::Value value, const Message& message) {
    Encoder encoder(out);
    if (!encoder.message(value, message))
        return tl::unexpected(encoder.place().empty() ? "not an object" : encoder.place() + ": not as in LND's proto");
    return {};
}

} // namespace lndapi

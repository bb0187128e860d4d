#include "wire/wire_from_json.hpp"

#include "wire/wire_value.hpp"

#include <algorithm>

namespace wire {

namespace {

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
    bool field(json::Value value, const Field& field) {
        const auto text = value.text();
        switch (field.kind) {
        case Field::Kind::uint32: {
            const auto number = value.natural();
            return number && write_natural(writer_, field, *number);
        }
        case Field::Kind::boolean:
            if (value.is_true())
                writer_.integer(field.number, 1);
            return value.is_true() || value.is_false();
        case Field::Kind::uint64:
        case Field::Kind::int64:
        case Field::Kind::text:
        case Field::Kind::bytes:
        case Field::Kind::enumerated:
            return text && write_text(writer_, field, *text);
        case Field::Kind::texts:
            return value.is_array() && std::all_of(value.elements().begin(), value.elements().end(),
                                                   [&](json::Value one) { return element(one, field); });
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
        const auto text = entry.text();
        return key && text && write_entry(writer_, field, *key, *text);
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

} // namespace wire

// JSON as messages of LND on the wire: each member is one field, in its form. The wire is read back by this file's own
// rules. What is written from the text alone is the same.
#include "wire/wire_from_json.hpp"

#include "base/hex.hpp"
#include "json/parser.hpp"
#include "json_input.hpp"
#include "lndapi/info.hpp"
#include "wire/payment_from_json.hpp"
#include "wire/payment_message.hpp"
#include "wire/protobuf.hpp"
#include "wire/wire_from_text.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace wire_from_json_target {

using wire::Field;
using wire::Message;
using wire::ProtobufField;

namespace {

using Wire = std::map<std::uint32_t, std::vector<ProtobufField>>;

Wire fields_of(std::string_view bytes) {
    Wire wire;
    for (wire::ProtobufReader reader(bytes); !reader.done();) {
        const auto field = reader.next();
        fuzz::require(field.has_value(), "the wire can be read");
        wire[field->number].push_back(*field);
    }
    return wire;
}

/// The value of a number, as the wire has it.
std::uint64_t number_of(const fuzz::Tree& value, const Field& field) {
    switch (field.kind) {
    case Field::Kind::uint32:
        return value.get<std::uint64_t>();
    case Field::Kind::uint64:
        return std::stoull(value.get<std::string>());
    case Field::Kind::int64:
        return static_cast<std::uint64_t>(std::stoll(value.get<std::string>()));
    case Field::Kind::boolean:
        return value == true ? 1 : 0;
    case Field::Kind::enumerated:
        for (const auto& one : field.values)
            if (value == one.name)
                return one.number;
        break;
    default:
        break;
    }
    fuzz::require(false, "a value that the proto has not is refused");
    return 0;
}

void check_bytes(std::string_view bytes, const fuzz::Tree& base64) {
    auto text = base64.get<std::string>();
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
    const auto again = base::to_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const auto last = text.find_last_not_of('='); // the last digit may have bits too many
    fuzz::require(again.size() == text.size() &&
                      (last == std::string::npos || again.compare(0, last, text, 0, last) == 0),
                  "bytes are those of the base64");
}

void check(const fuzz::Tree& object, std::string_view bytes, const Message& message);

void check_map(const fuzz::Tree& object, const std::vector<ProtobufField>& entries) {
    fuzz::require(entries.size() == object.size(), "each entry of a map is on the wire");
    std::map<std::uint64_t, std::string> wanted;
    for (const auto& [key, value] : object.items())
        wanted.emplace(std::stoull(key), value.get<std::string>());
    for (const auto& entry : entries) {
        const auto wire = fields_of(entry.bytes);
        const auto key = wire.contains(1) ? wire.at(1).front().integer : 0;
        fuzz::require(wanted.contains(key), "a key of a map is one of the JSON");
        if (wanted.size() == entries.size()) // no key in two spellings
            check_bytes(wire.contains(2) ? wire.at(2).front().bytes : "", wanted.at(key));
    }
}

void check_field(const fuzz::Tree& value, const std::vector<ProtobufField>& found, const Field& field) {
    switch (field.kind) {
    case Field::Kind::text:
        return fuzz::require(found.empty() ? value == "" : found.size() == 1 && found[0].bytes == value,
                             "a text is kept");
    case Field::Kind::bytes:
        fuzz::require(found.empty() || !found[0].bytes.empty(), "empty bytes are not written");
        return check_bytes(found.empty() ? "" : found[0].bytes, value);
    case Field::Kind::texts:
        fuzz::require(found.size() == value.size(), "each text of a list is kept");
        for (std::size_t i = 0; i < found.size(); ++i)
            fuzz::require(found[i].bytes == value[i], "a text of a list is kept");
        return;
    case Field::Kind::message:
        fuzz::require(found.size() == 1, "an object is written, even an empty one");
        return check(value, found[0].bytes, *field.message);
    case Field::Kind::messages:
        fuzz::require(found.size() == value.size(), "each object of a list is written");
        for (std::size_t i = 0; i < found.size(); ++i)
            check(value[i], found[i].bytes, *field.message);
        return;
    case Field::Kind::bytes_map:
        return check_map(value, found);
    default:
        fuzz::require((found.empty() ? 0 : found[0].integer) == number_of(value, field), "a number is kept");
        fuzz::require(found.size() <= 1 && (found.empty() || found[0].integer != 0), "zero is not written");
    }
}

void check(const fuzz::Tree& object, std::string_view bytes, const Message& message) {
    auto wire = fields_of(bytes);
    for (const auto& field : message.fields) {
        const auto* value = fuzz::at(object, std::string(field.name).c_str());
        const auto found = wire.extract(field.number);
        if (value)
            check_field(*value, found ? found.mapped() : std::vector<ProtobufField>(), field);
        else
            fuzz::require(found.empty(), "a missing member leaves nothing");
    }
    fuzz::require(wire.empty(), "the wire has fields of the table alone");
}

void check_refusal(std::string_view error) {
    constexpr std::string_view end = ": not as in LND's proto";
    if (error == "not an object")
        return;
    fuzz::require(error.ends_with(end), "an error has one of two forms");
    error.remove_suffix(end.size());
    fuzz::require(error.size() < 80 && error.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == error.npos,
                  "an error names the place");
}

/// `wire`: what the tree gives; nothing if it is refused.
void check_from_text(std::string_view text, const Message& message, const std::optional<std::string>& wire) {
    std::string out = "before";
    if (wire::append_wire_from_text(out, text, message))
        fuzz::require(out == wire, "the text gives what the tree gives");
    else
        fuzz::require(out == "before", "a text that is left to the tree changes nothing");
}

} // namespace

FUZZ_TARGET(wire_from_json) {
    const auto text = fuzz::text_of(data, size);
    const auto tree = fuzz::json_of(data, size);
    json::Parser parser;
    const auto value = tree ? parser.read(text) : tl::unexpected<std::string>("");
    if (!value) {
        check_from_text(text, wire::payment_message, std::nullopt);
        return 0;
    }
    for (const auto* message :
         {&wire::payment_message, &lndapi::get_info_message, &lndapi::version_message, &lndapi::state_message}) {
        std::string wire = "before";
        const auto done = wire::append_wire(wire, *value, *message);
        fuzz::require(wire.starts_with("before"), "the wire is appended");
        check_from_text(text, *message, done ? std::optional(wire) : std::nullopt);
        if (message == &wire::payment_message)
            fuzz::require(wire::payment_from_json(text) == (done ? std::optional(wire.substr(6)) : std::nullopt),
                          "a payment is what the tree gives");
        if (!done)
            check_refusal(done.error());
        else if (fuzz::unambiguous(text))
            check(*tree, std::string_view(wire).substr(6), *message);
    }
    return 0;
}

} // namespace wire_from_json_target

#include "wire/payment_from_json.hpp"

#include "json/parser.hpp"
#include "wire/payment_message.hpp"
#include "wire/wire_from_json.hpp"
#include "wire/wire_from_text.hpp"

namespace wire {

std::optional<std::string> payment_from_json(std::string_view json) {
    std::string wire;
    wire.reserve(json.size() / 2);
    if (append_wire_from_text(wire, json, payment_message))
        return wire;
    static thread_local json::Parser parser; // keeps its memory: a new one for each payment doubles the time
    const auto value = parser.read(json);
    if (!value || !append_wire(wire, *value, payment_message))
        return std::nullopt;
    return wire;
}

} // namespace wire

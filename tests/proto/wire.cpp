// Writes payments as LND's wire has them: for each line on stdin, a message of our topic, one line of hex; an empty
// line for other messages. It is made from the tree and from the text, which must give the same.
#include "base/hex.hpp"
#include "json/members.hpp"
#include "json/parser.hpp"
#include "wire/payment_message.hpp"
#include "wire/wire_from_json.hpp"
#include "wire/wire_from_text.hpp"

#include <iostream>

namespace {

/// The raw value of a member; empty if there is none.
std::string_view member(std::string_view object, const std::string& key) {
    json::ObjectScanner members(object);
    while (const auto member = members.next())
        if (member->key == '"' + key + '"')
            return member->value;
    return {};
}

} // namespace

int main() {
    json::Parser parser;
    for (std::string line; std::getline(std::cin, line);) {
        const auto message = parser.read(line);
        const auto topic = message ? message->find("method").text() : std::nullopt;
        const auto payment =
            topic && *topic != "trackpayments_deleted" ? message->find("params").find(*topic) : json::Value();
        std::string wire;
        if (payment.is_object()) {
            if (const auto done = wire::append_wire(wire, payment, wire::payment_message); !done) {
                std::cerr << done.error() << '\n';
                return 1;
            }
            std::string from_text;
            const auto text = member(member(line, "params"), std::string(*topic));
            if (!wire::append_wire_from_text(from_text, text, wire::payment_message) || from_text != wire) {
                std::cerr << "the text does not give what the tree gives\n";
                return 1;
            }
        }
        std::cout << base::to_hex({reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()}) << '\n';
    }
    return 0;
}

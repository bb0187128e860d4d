// Writes payments as LND's wire has them: for each line on stdin, a message of our topic, one line of hex; an empty
// line for other messages.
#include "base/hex.hpp"
#include "json/parser.hpp"
#include "lndapi/payment_message.hpp"
#include "lndapi/wire_from_json.hpp"

#include <iostream>

int main() {
    json::Parser parser;
    for (std::string line; std::getline(std::cin, line);) {
        const auto message = parser.read(line);
        const auto topic = message ? message->find("method").text() : std::nullopt;
        const auto payment =
            topic && *topic != "trackpayments_deleted" ? message->find("params").find(*topic) : json::Value();
        std::string wire;
        if (payment.is_object()) {
            if (const auto done = lndapi::append_wire(wire, payment, lndapi::payment_message); !done) {
                std::cerr << done.error() << '\n';
                return 1;
            }
        }
        std::cout << base::to_hex({reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()}) << '\n';
    }
    return 0;
}

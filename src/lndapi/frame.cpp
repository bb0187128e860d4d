#include "lndapi/frame.hpp"

#include "json/parser.hpp"
#include "lndapi/payment_message.hpp"
#include "lndapi/wire_from_json.hpp"

namespace lndapi {

const std::string& Frame::wire() const {
    if (!wire_) {
        wire_.emplace();
        json::Parser parser;
        const auto value = parser.read(payment_->json);
        if (!value || !append_wire(*wire_, *value, payment_message))
            wire_->clear();
    }
    return *wire_;
}

} // namespace lndapi

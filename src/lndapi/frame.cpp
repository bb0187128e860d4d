#include "lndapi/frame.hpp"

#include "json/parser.hpp"
#include "lndapi/payment_message.hpp"
#include "lndapi/wire_from_json.hpp"
#include "lndapi/wire_from_text.hpp"

namespace lndapi {

namespace {

/// Empty if the JSON is not a Payment.
void append_payment(std::string& out, std::string_view json) {
    if (append_wire_from_text(out, json, payment_message))
        return;
    static thread_local json::Parser parser; // keeps its memory: a new one for each frame doubles the time
    const auto value = parser.read(json);
    if (!value || !append_wire(out, *value, payment_message))
        out.clear();
}

} // namespace

const std::string& Frame::wire() const {
    if (!wire_) {
        std::string wire;
        wire.reserve(payment_->json.size() / 2);
        append_payment(wire, payment_->json);
        wire_.emplace(wire); // a copy takes no more memory than it needs
        if (counted_)
            *counted_ += wire_->size();
    }
    return *wire_;
}

const PaymentProgress& Frame::progress() const {
    if (!progress_)
        progress_ = progress_of(*payment_);
    return *progress_;
}

} // namespace lndapi

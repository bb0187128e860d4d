#include "lndapi/frame.hpp"

#include "json/parser.hpp"
#include "lndapi/payment_message.hpp"
#include "lndapi/wire_from_json.hpp"

namespace lndapi {

const std::string& Frame::wire() const {
    if (!wire_) {
        static thread_local json::Parser parser; // keeps its memory: a new one for each frame doubles the time
        wire_.emplace();
        const auto value = parser.read(payment_->json);
        if (!value || !append_wire(*wire_, *value, payment_message))
            wire_->clear();
    }
    return *wire_;
}

const PaymentProgress& Frame::progress() const {
    if (!progress_)
        progress_ = progress_of(*payment_);
    return *progress_;
}

} // namespace lndapi

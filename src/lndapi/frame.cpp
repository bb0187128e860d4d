#include "lndapi/frame.hpp"

#include "wire/payment_from_json.hpp"

namespace lndapi {

const std::string& Frame::wire() const {
    if (!wire_) {
        const auto made = wire::payment_from_json(payment_->json).value_or(std::string());
        wire_.emplace(made); // a copy takes no more memory than it needs
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

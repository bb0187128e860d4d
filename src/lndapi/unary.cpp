#include "lndapi/unary.hpp"

namespace lndapi {

Unary::Unary(io::Loop& loop, http::Exchange& exchange, std::unique_ptr<const Output> output, const wire::Message& type,
             Ask ask)
    : Call(loop, exchange, std::move(output)), type_(type), ask_(std::move(ask)) {}

void Unary::serve() {
    ask_([this, alive = weak()](const tl::expected<std::string, Failure>& message) {
        if (alive.expired() || ended())
            return;
        if (!message)
            return end(message.error());
        message_ = *message;
        begin(nullptr, message_->size());
        end({});
    });
}

bool Unary::next(std::string& out) {
    if (!message_)
        return false;
    output().message(out, *message_, type_);
    message_.reset();
    handed_over();
    return true;
}

} // namespace lndapi

#include "lndapi/payment_stream.hpp"

namespace lndapi {

PaymentStream::PaymentStream(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output,
                             bool no_inflight_updates)
    : Call(sources.loop, exchange, std::move(output)),
      sources_(std::move(sources)),
      no_inflight_updates_(no_inflight_updates),
      debt_(sources_.hub.ledger(), [this] { cut_off(); }) {}

PaymentStream::~PaymentStream() {
    sources_.hub.remove(*this);
}

void PaymentStream::owe(const Item& item) {
    if (ended())
        return;
    if (no_inflight_updates_ && item.frame->payment().status == consumer::Status::in_flight)
        return backlog_.pass_over(item.cursor);
    backlog_.push(item);
    resume();
}

void PaymentStream::drop() {
    backlog_.clear();
    kept_.clear();
}

void PaymentStream::cut_off() {
    sources_.log(base::LogLevel::unusual, "ending a stream: its client at " + request().peer + " does not read, and " +
                                              std::to_string(debt_.bytes() >> 20) + " MB wait for it");
    cut({{GrpcCode::resource_exhausted, "slow consumer"}});
    drop();
}

bool PaymentStream::next(std::string& out) {
    while (!backlog_.empty()) {
        const auto item = backlog_.pop();
        const bool written = output().payment(out, item);
        if (!written)
            sources_.log(base::LogLevel::unusual, "skipping a snapshot that is no lnrpc.Payment");
        if (backlog_.empty())
            all_sent();
        if (written) {
            handed_over();
            return true;
        }
    }
    return false;
}

} // namespace lndapi

#include "lndapi/track_payment.hpp"

#include <algorithm>

namespace lndapi {

TrackPayment::TrackPayment(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output,
                           bool no_inflight_updates, std::string_view hash)
    : PaymentStream(std::move(sources), exchange, std::move(output), no_inflight_updates), hash_bytes_(hash) {}

void TrackPayment::serve() {
    if (hash_bytes_.size() != base::PaymentHash::size)
        return end({{GrpcCode::unknown, "invalid hash length of " + std::to_string(hash_bytes_.size()) + ", want " +
                                            std::to_string(base::PaymentHash::size)}});
    std::copy(hash_bytes_.begin(), hash_bytes_.end(), hash_.bytes.begin());
    sources().hub.add(*this); // first, so that no update is missed
    look_up();
}

void TrackPayment::look_up() {
    asking_ = true;
    sources().reader.lookup(
        hash_,
        [this, alive = weak()](const tl::expected<std::vector<consumer::SnapshotPtr>, consumer::Refusal>& found) {
            if (!alive.expired() && !ended())
                answered(found);
        });
}

void TrackPayment::updated(const Item& item) {
    if (item.frame->payment().payment_hash != hash_ || ended())
        return;
    if (asking_)
        kept().push(item);
    else
        show(item.frame);
}

/// The tracker was restarted: the payment may have another index now, or be deleted.
void TrackPayment::replaced() {
    if (!ended() && !asking_)
        look_up();
}

void TrackPayment::answered(const tl::expected<std::vector<consumer::SnapshotPtr>, consumer::Refusal>& payments) {
    asking_ = false;
    const bool unknown = !payments && payments.error().kind == consumer::Refusal::Kind::unknown_hash;
    if (unknown && kept().empty())
        return end({{GrpcCode::not_found, "payment isn't initiated"}});
    if (!payments && !unknown && !begun())
        return end({{GrpcCode::unavailable, payments.error().message}});
    begin(nullptr);
    if (payments && !payments->empty())
        show(sources().hub.frame(payments->back()));
    while (!kept().empty() && !ended())
        show(kept().pop().frame);
    kept().clear();
}

void TrackPayment::show(const FramePtr& frame) {
    const auto& payment = frame->payment();
    if (shown_ && shown_->payment().payment_index == payment.payment_index) {
        if (payment.json == shown_->payment().json || frame->progress() < shown_->progress())
            return; // the answer was newer than this update
    } else if (shown_ && payment.payment_index < shown_->payment().payment_index) {
        return; // an earlier payment of the hash
    }
    shown_ = frame;
    owe({frame, nullptr});
    if (payment.status != consumer::Status::in_flight)
        end({});
}

} // namespace lndapi

#include "lndapi/hub.hpp"

#include "lndapi/bolt12.hpp"

#include <utility>

namespace lndapi {

FramePtr Hub::frame(const consumer::SnapshotPtr& payment) const {
    return std::make_shared<const Frame>(omit_bolt12_invoices_ ? without_bolt12_invoice(payment) : payment);
}

std::vector<Item> Hub::in_flight() const {
    std::vector<Item> items;
    items.reserve(frames_.size());
    for (const auto& [index, frame] : frames_)
        items.push_back({frame, reader_->cursor()});
    return items;
}

void Hub::updated(const consumer::Update& update) {
    const auto frame = this->frame(update.payment);
    if (update.payment->status == consumer::Status::in_flight)
        frames_.insert_or_assign(update.payment->payment_index, frame);
    else
        frames_.erase(update.payment->payment_index);
    pass_on({frame, update.cursor});
}

void Hub::replaced() {
    take_table();
    for (auto* subscriber : subscribers_)
        subscriber->replaced();
}

void Hub::state_changed(consumer::State state) {
    if (state == consumer::State::active)
        take_table();
    for (auto* subscriber : subscribers_)
        subscriber->state_changed(state);
}

/// A payment in flight that no missed update showed is passed on now: nothing is missed, even if the reader had to
/// begin anew.
void Hub::take_table() {
    auto before = std::exchange(frames_, {});
    for (const auto& [index, payment] : reader_->in_flight()) {
        auto frame = this->frame(payment);
        const auto old = before.find(index);
        const bool known = old != before.end() && old->second->payment().json == frame->payment().json;
        if (known)
            frame = old->second; // the client's forms of it were made already
        frames_.emplace(index, frame);
        if (!known)
            pass_on({frame, reader_->cursor()});
    }
}

void Hub::pass_on(const Item& item) {
    for (auto* subscriber : subscribers_)
        subscriber->updated(item);
}

} // namespace lndapi

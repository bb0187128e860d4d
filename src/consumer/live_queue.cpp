#include "consumer/live_queue.hpp"

#include <algorithm>

namespace consumer {

void LiveQueue::push(Update update) {
    if (overflowed_)
        return;
    bytes_ += update.payment->json.size();
    updates_.push_back(std::move(update));
    if (bytes_ <= most_bytes)
        return;
    clear();
    overflowed_ = true;
}

void LiveQueue::clear() {
    updates_.clear();
    bytes_ = 0;
}

void LiveQueue::drop_until(const Snapshot& now) {
    const auto last = std::find_if(updates_.rbegin(), updates_.rend(), [&](const Update& update) {
        return update.payment->payment_index == now.payment_index && update.payment->json == now.json;
    });
    drop_between(updates_.begin(), last.base(),
                 [&](const Update& update) { return update.payment->payment_index == now.payment_index; });
}

void LiveQueue::drop_if(const Test& drop) {
    drop_between(updates_.begin(), updates_.end(), drop);
}

void LiveQueue::drop_between(const Iterator& begin, const Iterator& end, const Test& drop) {
    const auto kept = std::remove_if(begin, end, [&](const Update& update) {
        const bool gone = drop(update);
        bytes_ -= gone ? update.payment->json.size() : 0;
        return gone;
    });
    updates_.erase(kept, end);
}

Update LiveQueue::pop() {
    auto first = std::move(updates_.front());
    updates_.pop_front();
    bytes_ -= first.payment->json.size();
    return first;
}

} // namespace consumer

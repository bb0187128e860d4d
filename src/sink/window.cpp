#include "sink/window.hpp"

#include <utility>

namespace sink {

namespace {

std::size_t bytes_of(const Change& change) {
    return change.payment ? change.payment->json.size() : 0;
}

} // namespace

void Window::add(Change change) {
    const auto id = first_ + slots_.size();
    auto& of_payment = waiting_[change.payment_index()];
    if (of_payment.empty())
        free_.insert(id);
    of_payment.push_back(id);
    bytes_ += bytes_of(change);
    slots_.push_back({std::move(change)});
}

std::optional<Window::Id> Window::take() {
    if (free_.empty())
        return std::nullopt;
    const auto id = *free_.begin();
    free_.erase(free_.begin());
    ++taken_;
    return id;
}

void Window::stored(Id id) {
    --taken_;
    auto& slot = slots_[id - first_];
    slot.stored = true;
    ++stored_;
    bytes_ -= bytes_of(slot.change);
    const auto found = waiting_.find(slot.change.payment_index());
    found->second.pop_front();
    if (found->second.empty())
        waiting_.erase(found);
    else
        free_.insert(found->second.front());
    slot.change.payment = nullptr; // its text may be large
    while (!slots_.empty() && slots_.front().stored) {
        if (slots_.front().change.cursor)
            low_ = slots_.front().change.cursor;
        slots_.pop_front();
        ++first_;
        --stored_;
    }
}

void Window::put_back(Id id) {
    --taken_;
    free_.insert(id);
}

void Window::clear() {
    first_ += slots_.size();
    const auto before = std::exchange(slots_, {});
    waiting_.clear();
    free_.clear();
    bytes_ = stored_ = 0;
    for (const auto& slot : before)
        if (!slot.stored && !slot.change.payment)
            add(slot.change);
}

} // namespace sink

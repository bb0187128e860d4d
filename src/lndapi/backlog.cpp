#include "lndapi/backlog.hpp"

namespace lndapi {

void Backlog::push(Item item) {
    bytes_ += item.frame->payment().json.size();
    items_.push_back(std::move(item));
}

void Backlog::pass_over(const consumer::CursorPtr& cursor) {
    (items_.empty() ? delivered_ : items_.back().cursor) = cursor;
}

Item Backlog::pop() {
    auto item = std::move(items_.front());
    items_.pop_front();
    bytes_ -= item.frame->payment().json.size();
    if (item.cursor)
        delivered_ = item.cursor;
    return item;
}

void Backlog::clear() {
    items_.clear();
    bytes_ = 0;
}

} // namespace lndapi

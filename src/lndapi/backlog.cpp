#include "lndapi/backlog.hpp"

#include <tuple>
#include <utility>

namespace lndapi {

namespace {

/// Comparable as far as the attempts show which state is newer.
auto age(const Frame& frame) {
    const auto& progress = frame.progress();
    return std::tuple(progress.attempts, progress.resolved, progress.ended,
                      frame.payment().status == consumer::Status::succeeded);
}

/// Updates are not always in order: one that was sent before an answer of the tracker may come after it. Only a later
/// state may take the place of an end, because the cursor covers the end. With another attempt even a FAILED payment is
/// in flight again.
bool may_replace(const Frame& waiting, const Frame& newer) {
    const auto& before = waiting.payment();
    const auto& now = newer.payment();
    if (before.payment_hash != now.payment_hash)
        return false; // a payment of another database
    if (before.json == now.json)
        return true;
    return before.status == consumer::Status::in_flight ? age(newer) >= age(waiting) : age(newer) > age(waiting);
}

} // namespace

void Backlog::push(Item item) {
    const bool merging = debt_.bytes() > plain;
    if (merging && !indexed_) {
        indexed_ = true;
        for (auto at = first_; at < items_.size(); ++at)
            note(at);
    }
    if (!merging || !replace(item)) {
        debt_.add(*item.frame);
        items_.push_back(std::move(item));
        if (indexed_)
            note(items_.size() - 1);
    }
    debt_.check();
}

void Backlog::note(std::size_t at) {
    newest_[items_[at].frame->payment().payment_index] = removed_ + at;
}

bool Backlog::replace(const Item& item) {
    const auto found = newest_.find(item.frame->payment().payment_index);
    if (found == newest_.end())
        return false;
    auto& waiting = items_[found->second - removed_].frame;
    if (!may_replace(*waiting, *item.frame))
        return false;
    debt_.add(*item.frame);
    debt_.remove(*waiting);
    waiting = item.frame;
    pass_over(item.cursor);
    return true;
}

void Backlog::pass_over(const consumer::CursorPtr& cursor) {
    if (cursor)
        (empty() ? delivered_ : items_.back().cursor) = cursor;
}

Item Backlog::pop() {
    auto item = std::move(items_[first_]);
    if (indexed_) {
        const auto found = newest_.find(item.frame->payment().payment_index);
        if (found->second == removed_ + first_)
            newest_.erase(found);
    }
    ++first_;
    debt_.remove(*item.frame);
    if (item.cursor)
        delivered_ = item.cursor;
    forget_left();
    return item;
}

/// Moves the waiting items to the front when most have left: a constant cost for each.
void Backlog::forget_left() {
    constexpr std::size_t few = 64;
    if (empty() && items_.capacity() > few)
        return clear();
    if (!empty() && (first_ < few || 2 * first_ < items_.size()))
        return;
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
    removed_ += std::exchange(first_, 0);
    indexed_ &= !items_.empty();
}

void Backlog::clear() {
    for (; !empty(); ++first_)
        debt_.remove(*items_[first_].frame);
    items_ = {};
    newest_ = {};
    first_ = removed_ = 0;
    indexed_ = false;
}

} // namespace lndapi

#include "publish/queue.hpp"

#include <utility>

namespace publish {

std::optional<Queue::Form> Queue::form_of(const payments::PaymentKey& key, std::size_t beside) {
    const bool too_much = waiting_bytes_ + beside > merge_above;
    if (too_much && !merging_)
        begin_merging();
    const auto newest = newest_.find(key);
    if (newest != newest_.end() && newest->second->body.empty()) { // written when it leaves, and will include
        count_merged();
        return std::nullopt;
    }
    if (!too_much)
        return Form::body;
    if (newest == newest_.end())
        return Form::no_body;
    // Keep its place in the queue and its hold; its body is written when it leaves.
    count_merged();
    waiting_bytes_ -= std::exchange(newest->second->body, {}).size();
    return std::nullopt;
}

void Queue::push(Kind kind, std::string_view body, const payments::PaymentKey& key, bool terminal, std::uint64_t number,
                 Progress::Hold hold) {
    auto one = pool_.take();
    if (one.empty())
        one.emplace_back();
    entries_.splice(entries_.end(), one);
    auto& last = entries_.back();
    last.kind = kind;
    last.key = key;
    last.body = body;
    last.terminal = terminal;
    last.number = number;
    last.hold = std::move(hold);
    waiting_bytes_ += body.size();
    if (merging_ && kind == Kind::snapshot)
        newest_[key] = &last;
}

void Queue::begin_merging() {
    merging_ = true;
    for (auto& entry : entries_)
        if (entry.kind == Kind::snapshot)
            newest_[entry.key] = &entry;
}

void Queue::count_merged() {
    ++merged_;
    ++all_merged_;
}

std::list<Queue::Entry> Queue::pop() {
    std::list<Entry> first;
    first.splice(first.begin(), entries_, entries_.begin());
    auto& entry = first.front();
    if (const auto at = newest_.find(entry.key); at != newest_.end() && at->second == &entry)
        newest_.erase(at);
    waiting_bytes_ -= entry.body.size();
    merging_ &= !entries_.empty();
    entry.hold.release();
    return first;
}

void Queue::reuse(std::list<Entry> left) {
    constexpr std::size_t largest = 8192;
    if (left.front().body.capacity() <= largest)
        pool_.give_back(std::move(left));
}

} // namespace publish

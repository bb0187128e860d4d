#include "metrics/counted.hpp"

#include <algorithm>

namespace metrics {

Counted::News Counted::add(const EndedPayment& ended) {
    if (ended.attempts.empty())
        return {};
    auto& known = payment_of(ended);
    if (known.succeeded && !ended.succeeded)
        return {}; // an older snapshot that comes late
    const bool is_new = !known.succeeded && !known.failed;
    auto& counted = ended.succeeded ? known.succeeded : known.failed;
    News news;
    news.attempts = static_cast<std::size_t>(
        std::count_if(ended.attempts.begin(), ended.attempts.end(),
                      [&](const Attempt& attempt) { return is_new || attempt.id > known.last; }));
    news.counts = !counted;
    news.failed_before = !counted && ended.succeeded && known.failed;
    counted = true;
    known.first = std::min(known.first, ended.attempts.front().id);
    known.last = std::max(known.last, ended.attempts.back().id);
    return news;
}

/// Payments of one hash come one after the other: if their attempts overlap, it is the same one.
Counted::Payment& Counted::payment_of(const EndedPayment& ended) {
    const auto first = ended.attempts.front().id;
    const auto last = ended.attempts.back().id;
    const auto find = [&]() -> Payment* {
        const auto of_hash = by_hash_.find(ended.hash);
        if (of_hash == by_hash_.end())
            return nullptr;
        const auto found = std::find_if(of_hash->second.begin(), of_hash->second.end(),
                                        [&](const Payment& one) { return one.first <= last && one.last >= first; });
        return found == of_hash->second.end() ? nullptr : &*found;
    };
    if (auto* known = find())
        return *known;
    if (order_.size() >= most_)
        forget_oldest();
    order_.push_back({ended.hash, ++numbers_});
    return by_hash_[ended.hash].emplace_back(Payment{numbers_, first, last});
}

void Counted::forget_oldest() {
    const auto oldest = order_.front();
    order_.pop_front();
    const auto of_hash = by_hash_.find(oldest.hash);
    std::erase_if(of_hash->second, [&](const Payment& one) { return one.number == oldest.number; });
    if (of_hash->second.empty())
        by_hash_.erase(of_hash);
}

} // namespace metrics

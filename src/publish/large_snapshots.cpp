#include "publish/large_snapshots.hpp"

#include <utility>

namespace publish {

using std::chrono::steady_clock;

void LargeSnapshots::set_pause(std::chrono::milliseconds pause) {
    pause_ = pause;
    if (timer_.armed())
        arm();
}

void LargeSnapshots::arm() {
    timer_.start(pause_, [this] { pause_over(); });
}

void LargeSnapshots::made(const payments::PaymentKey& key, std::size_t bytes) {
    if (bytes > large_)
        payments_.insert_or_assign(key, Large{steady_clock::now()});
}

bool LargeSnapshots::delays(const payments::PaymentKey& key) {
    const auto at = payments_.find(key);
    if (at == payments_.end() || steady_clock::now() - at->second.last >= pause_)
        return false;
    if (!std::exchange(at->second.waiting, true))
        at->second.hold = progress_.hold(Progress::Reason::queued);
    if (!timer_.armed())
        arm();
    return true;
}

void LargeSnapshots::pause_over() {
    const auto now = steady_clock::now();
    std::vector<std::pair<payments::PaymentKey, Progress::Hold>> due;
    bool waiting = false;
    for (auto at = payments_.begin(); at != payments_.end();) {
        auto& payment = at->second;
        if (now - payment.last < pause_) {
            waiting |= payment.waiting;
            ++at;
            continue;
        }
        if (payment.waiting)
            due.emplace_back(at->first, std::move(payment.hold));
        at = payments_.erase(at);
    }
    if (waiting)
        arm();
    for (auto& [key, hold] : due)
        due_(key, std::move(hold));
}

void LargeSnapshots::flush() {
    for (auto& [key, payment] : std::exchange(payments_, {}))
        if (payment.waiting)
            due_(key, std::move(payment.hold));
}

} // namespace publish

#include "track/linger.hpp"

#include <algorithm>

namespace track {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

/// xpay may wait for a block that long before it tries again (its retry_for), and nothing tells that it gave up.
constexpr seconds silent_xpay{60};

} // namespace

Linger::Linger(io::Loop& loop, const payments::Table& table, cln::Version version, Expired expired)
    : table_(table), version_(version), expired_(std::move(expired)), timer_(loop) {}

void Linger::set(seconds linger) {
    linger_ = linger;
    arm();
}

seconds Linger::pause(const payments::Payment& payment) const {
    const bool silent = payment.payer == payments::Payer::xpay && cln::xpay_ends_silently(version_);
    return silent ? std::max(linger_, silent_xpay) : linger_;
}

void Linger::look(const payments::Change& change) {
    for (const auto& deletion : change.deleted)
        if (!table_.find(deletion.key))
            silent_.erase(deletion.key);
    bool sooner = false; // not all payments have the same pause
    for (const auto& key : change.updated) {
        const auto* payment = table_.find(key);
        if (payment && payment->undecided()) {
            silent_[key] = {steady_clock::now(), false};
            sooner |= silent_[key].since + pause(*payment) < armed_for_;
        } else {
            silent_.erase(key);
        }
    }
    if (sooner || !timer_.armed())
        arm(); // else it fires too early at worst
}

void Linger::heard_of(const payments::PaymentKey& key) {
    if (const auto at = silent_.find(key); at != silent_.end())
        at->second = {steady_clock::now(), false};
}

void Linger::arm() {
    auto next = Time::max();
    for (const auto& [key, silence] : silent_)
        if (const auto* payment = table_.find(key); payment && !silence.told)
            next = std::min(next, silence.since + pause(*payment));
    armed_for_ = next;
    if (next == Time::max())
        return timer_.cancel();
    const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
    timer_.start(std::clamp(left, milliseconds{0}, milliseconds{3'600'000}), [this] { expire(); });
}

void Linger::expire() {
    const auto now = steady_clock::now();
    std::vector<payments::PaymentKey> over;
    std::erase_if(silent_, [&](const auto& entry) { return !table_.find(entry.first); });
    for (auto& [key, silence] : silent_) {
        if (silence.told || silence.since + pause(*table_.find(key)) > now)
            continue;
        silence.told = true;
        over.push_back(key);
    }
    arm();
    if (!over.empty())
        expired_(std::move(over));
}

Marks Linger::pending() const {
    Marks marks = no_limit;
    for (const auto& [key, silence] : silent_) {
        const auto* payment = table_.find(key);
        if (!payment)
            continue;
        // A failure that no row told yet has an index beyond the pages' mark: that mark holds the cursor by itself.
        base::UpdatedIndex last;
        bool all_told = true;
        for (const auto& part : payment->parts) {
            last = std::max(last, part.updated);
            all_told &= part.updated.value > 0;
        }
        if (all_told && last.value > 0)
            marks.updated = std::min(marks.updated, base::UpdatedIndex{last.value - 1});
    }
    return marks;
}

} // namespace track

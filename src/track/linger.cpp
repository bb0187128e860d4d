#include "track/linger.hpp"

#include <algorithm>

namespace track {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

/// A payer may wait for blocks that long before it tries again (retry_for of xpay and pay).
constexpr seconds wait_for_blocks{60};
/// Twice the longest pause between two questions to a payer (GivenUpWatch).
constexpr seconds time_to_answer{10};

/// The last change of the payment but for one. A failure that no row told yet has an index beyond the pages' mark: that
/// mark holds the cursor by itself.
std::optional<base::UpdatedIndex> before_last_change(const payments::Payment& payment) {
    base::UpdatedIndex last;
    for (const auto& part : payment.parts) {
        if (part.updated.value == 0)
            return std::nullopt;
        last = std::max(last, part.updated);
    }
    return last.value > 0 ? std::optional(base::UpdatedIndex{last.value - 1}) : std::nullopt;
}

} // namespace

Linger::Linger(io::Loop& loop, const payments::Table& table, cln::Version version, Expired expired)
    : table_(table), version_(version), expired_(std::move(expired)), timer_(loop) {}

void Linger::set(seconds linger) {
    linger_ = linger;
    arm();
}

void Linger::set_unwatched(base::CreatedIndex upto) {
    unwatched_ = upto;
    arm();
}

/// And nothing says so meanwhile, nor that it gave up in the end.
bool Linger::may_wait_for_blocks(const payments::Payment& payment) const {
    using payments::Payer;
    const bool xpay = cln::xpay_ends_silently(version_);
    const bool pay = cln::pay_waits_for_blocks(version_);
    switch (payment.payer) {
    case Payer::xpay:
        return xpay;
    case Payer::pay:
    case Payer::keysend:
        return pay;
    case Payer::renepay: // says so itself (GivenUpWatch), and does not wait
    case Payer::other:
        return false;
    case Payer::unknown:
        return (xpay || pay) && payment.index <= unwatched_;
    }
    return false;
}

seconds Linger::pause(const payments::Payment& payment, const Silence& silence) const {
    if (may_wait_for_blocks(payment))
        return std::max(linger_, wait_for_blocks);
    return silence.asked ? std::max(linger_, time_to_answer) : linger_;
}

void Linger::look(const payments::Change& change) {
    for (const auto& deletion : change.deleted)
        if (!table_.find(deletion.key))
            forget(silent_.find(deletion.key));
        else
            row_read(deletion.key);
    bool sooner = false; // not all payments have the same pause
    for (const auto& key : change.updated) {
        const auto* payment = table_.find(key);
        if (payment && payment->undecided()) {
            auto& silence = silent_[key];
            silence.since = steady_clock::now();
            silence.told = false;
            hold(silence, before_last_change(*payment));
            sooner |= silence.since + pause(*payment, silence) < armed_for_;
        } else if (!silent_.empty()) {
            forget(silent_.find(key));
        }
    }
    if (sooner || !timer_.armed())
        arm(); // else it fires too early at worst
}

void Linger::heard_of(const payments::PaymentKey& key) {
    if (const auto at = silent_.find(key); at != silent_.end()) {
        at->second.since = steady_clock::now();
        at->second.told = false;
    }
}

void Linger::asked(const payments::PaymentKey& key, bool is_asked) {
    if (const auto at = silent_.find(key); at != silent_.end() && at->second.asked != is_asked) {
        at->second.asked = is_asked;
        arm();
    }
}

void Linger::row_read(const payments::PaymentKey& rows) {
    const auto* payment = silent_.empty() ? nullptr : table_.find(rows);
    if (!payment)
        return;
    if (const auto at = silent_.find(payment->key); at != silent_.end())
        hold(at->second, before_last_change(*payment));
}

void Linger::hold(Silence& silence, std::optional<base::UpdatedIndex> at) {
    if (silence.holds)
        held_.erase(held_.find(*silence.holds));
    silence.holds = at;
    if (at)
        held_.insert(*at);
}

void Linger::forget(Silent::iterator at) {
    if (at == silent_.end())
        return;
    hold(at->second, std::nullopt);
    silent_.erase(at);
}

void Linger::arm() {
    auto next = Time::max();
    for (const auto& [key, silence] : silent_)
        if (const auto* payment = table_.find(key); payment && !silence.told)
            next = std::min(next, silence.since + pause(*payment, silence));
    armed_for_ = next;
    if (next == Time::max())
        return timer_.cancel();
    const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
    timer_.start(std::clamp(left, milliseconds{0}, milliseconds{3'600'000}), [this] { expire(); });
}

void Linger::expire() {
    const auto now = steady_clock::now();
    std::vector<payments::PaymentKey> over;
    for (auto at = silent_.begin(); at != silent_.end();) {
        const auto here = at++;
        if (!table_.find(here->first))
            forget(here);
    }
    for (auto& [key, silence] : silent_) {
        if (silence.told || silence.since + pause(*table_.find(key), silence) > now)
            continue;
        silence.told = true;
        over.push_back(key);
    }
    arm();
    if (!over.empty())
        expired_(std::move(over));
}

} // namespace track

#include "mirror/silence_timeout.hpp"

#include "cln/payer.hpp"

#include <algorithm>

namespace mirror {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

/// How long a payer may wait for blocks before it tries again (retry_for of xpay and pay).
constexpr seconds wait_for_blocks{60};
/// Twice the longest pause between questions to a payer (GiveupPoller).
constexpr seconds time_to_answer{10};

bool any_payer_may_wait(cln::Version version) {
    return std::any_of(cln::payers.begin(), cln::payers.end(),
                       [&](const cln::PayerRow& row) { return row.may_wait_silently(version); });
}

/// The updated index just before the payment's last change. If the row of a failure is unread, its index is beyond what
/// was read, and no cursor goes there anyway.
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

SilenceTimeout::SilenceTimeout(io::Loop& loop, const payments::Table& table, cln::Version version, FactSink& facts,
                               publish::Progress& progress)
    : table_(table), version_(version), facts_(facts), progress_(progress), timer_(loop) {}

void SilenceTimeout::set(seconds failed_after) {
    failed_after_ = failed_after;
    longest_failed_after_ = std::max(longest_failed_after_, failed_after);
    arm();
}

seconds SilenceTimeout::longest_pause() const {
    return any_payer_may_wait(version_) ? std::max(longest_failed_after_, wait_for_blocks) : longest_failed_after_;
}

void SilenceTimeout::set_unwatched(base::CreatedIndex upto) {
    unwatched_ = upto;
    arm();
}

/// True if the payer may wait for blocks without any sign that it waits or gave up.
bool SilenceTimeout::may_wait_for_blocks(const payments::Payment& payment) const {
    if (payment.payer == payments::Payer::unknown)
        return payment.index <= unwatched_ && any_payer_may_wait(version_);
    const auto* row = cln::payer_row(payment.payer);
    return row && row->may_wait_silently(version_);
}

seconds SilenceTimeout::pause(const payments::Payment& payment, const Deadline& deadline) const {
    if (may_wait_for_blocks(payment))
        return std::max(failed_after_, wait_for_blocks);
    return deadline.asked ? std::max(failed_after_, time_to_answer) : failed_after_;
}

void SilenceTimeout::changed(const payments::Change& change) {
    for (const auto& deletion : change.deleted)
        if (!table_.find(deletion.key))
            deadlines_.erase(deletion.key);
        else
            row_read(deletion.key);
    bool sooner = false; // not all payments have the same pause
    for (const auto* payment : change.updated) {
        if (payment->undecided()) {
            auto& deadline = deadlines_[payment->key];
            deadline.since = steady_clock::now();
            deadline.expired = false;
            hold(deadline, *payment);
            sooner |= deadline.since + pause(*payment, deadline) < armed_for_;
        } else if (!deadlines_.empty()) {
            deadlines_.erase(payment->key);
        }
    }
    if (sooner || !timer_.armed())
        arm(); // otherwise the timer fires too early at worst
}

void SilenceTimeout::heard_of(const payments::PaymentKey& key) {
    if (const auto at = deadlines_.find(key); at != deadlines_.end()) {
        at->second.since = steady_clock::now();
        at->second.expired = false;
    }
}

void SilenceTimeout::asked(const payments::PaymentKey& key, bool is_asked) {
    if (const auto at = deadlines_.find(key); at != deadlines_.end() && at->second.asked != is_asked) {
        at->second.asked = is_asked;
        arm();
    }
}

void SilenceTimeout::row_read(const payments::PaymentKey& rows) {
    const auto* payment = deadlines_.empty() ? nullptr : table_.find(rows);
    if (!payment)
        return;
    if (const auto at = deadlines_.find(payment->key); at != deadlines_.end())
        hold(at->second, *payment);
}

void SilenceTimeout::hold(Deadline& deadline, const payments::Payment& payment) {
    const auto at = before_last_change(payment);
    const auto held = deadline.hold.position();
    if (held && at && held->updated == *at)
        return;
    deadline.hold = at ? progress_.hold(publish::Progress::Reason::undecided, {publish::unlimited.created, *at})
                       : publish::Progress::Hold();
}

void SilenceTimeout::arm() {
    auto next = Time::max();
    for (const auto& [key, deadline] : deadlines_)
        if (const auto* payment = table_.find(key); payment && !deadline.expired)
            next = std::min(next, deadline.since + pause(*payment, deadline));
    armed_for_ = next;
    if (next == Time::max())
        return timer_.cancel();
    const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
    timer_.start(std::clamp(left, milliseconds{0}, milliseconds{3'600'000}), [this] { expire(); });
}

void SilenceTimeout::expire() {
    const auto now = steady_clock::now();
    std::erase_if(deadlines_, [&](const auto& one) { return !table_.find(one.first); });
    std::vector<payments::Event> expired;
    for (auto& [key, deadline] : deadlines_) {
        if (deadline.expired || deadline.since + pause(*table_.find(key), deadline) > now)
            continue;
        deadline.expired = true;
        expired.emplace_back(payments::SilenceExpired{key});
    }
    arm();
    if (!expired.empty())
        facts_.take(std::move(expired), Source::socket);
}

} // namespace mirror

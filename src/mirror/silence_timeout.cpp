#include "mirror/silence_timeout.hpp"

#include "cln/payer.hpp"

#include <algorithm>
#include <utility>

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
    enqueue_all();
}

seconds SilenceTimeout::longest_pause() const {
    return any_payer_may_wait(version_) ? std::max(longest_failed_after_, wait_for_blocks) : longest_failed_after_;
}

void SilenceTimeout::set_unwatched(base::CreatedIndex upto) {
    unwatched_ = upto;
    enqueue_all();
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
            forget(deletion.key);
        else
            row_read(deletion.key);
    for (const auto* payment : change.updated) {
        if (payment->undecided()) {
            auto& waiting = *deadlines_.try_emplace(payment->key, Deadline{queue_.end(), {}, false, {}}).first;
            waiting.second.since = steady_clock::now();
            hold(waiting.second, *payment);
            enqueue(waiting, *payment);
        } else if (!deadlines_.empty()) {
            forget(payment->key);
        }
    }
    arm();
}

void SilenceTimeout::heard_of(const payments::PaymentKey& key) {
    const auto at = deadlines_.find(key);
    if (at == deadlines_.end())
        return;
    at->second.since = steady_clock::now();
    if (const auto* payment = table_.find(key))
        enqueue(*at, *payment);
    arm();
}

void SilenceTimeout::asked(const payments::PaymentKey& key, bool is_asked) {
    const auto at = deadlines_.find(key);
    if (at == deadlines_.end() || at->second.asked == is_asked)
        return;
    at->second.asked = is_asked;
    if (const auto* payment = table_.find(key); payment && at->second.queued != queue_.end())
        enqueue(*at, *payment);
    arm();
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

/// Under the deadline's own key: the payment may meanwhile be found by another one, too.
void SilenceTimeout::enqueue(Deadlines::value_type& waiting, const payments::Payment& payment) {
    auto& [key, deadline] = waiting;
    take_out(deadline);
    deadline.queued = queue_.emplace(deadline.since + pause(payment, deadline), key);
}

/// The pauses have changed.
void SilenceTimeout::enqueue_all() {
    for (auto& waiting : deadlines_)
        if (const auto* payment = table_.find(waiting.first); payment && waiting.second.queued != queue_.end())
            enqueue(waiting, *payment);
    arm();
}

void SilenceTimeout::take_out(Deadline& deadline) {
    if (deadline.queued != queue_.end())
        queue_.erase(std::exchange(deadline.queued, queue_.end()));
}

void SilenceTimeout::forget(const payments::PaymentKey& key) {
    if (const auto at = deadlines_.find(key); at != deadlines_.end()) {
        take_out(at->second);
        deadlines_.erase(at);
    }
}

void SilenceTimeout::arm() {
    const auto next = queue_.empty() ? Time::max() : queue_.begin()->first;
    if (next == Time::max())
        return timer_.cancel();
    if (timer_.armed() && armed_for_ <= next)
        return; // it fires too early at worst
    armed_for_ = next;
    const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
    timer_.start(std::clamp(left, milliseconds{0}, milliseconds{3'600'000}), [this] { expire(); });
}

void SilenceTimeout::expire() {
    const auto now = steady_clock::now();
    std::vector<payments::Event> expired;
    while (!queue_.empty() && queue_.begin()->first <= now) {
        const auto key = queue_.begin()->second;
        auto& waiting = *deadlines_.find(key);
        const auto* payment = table_.find(key);
        if (!payment) {
            forget(key);
        } else if (waiting.second.since + pause(*payment, waiting.second) > now) { // its payer is known now, a slow one
            enqueue(waiting, *payment);
        } else {
            take_out(waiting.second);
            expired.emplace_back(payments::SilenceExpired{key});
        }
    }
    arm();
    if (!expired.empty())
        facts_.take(std::move(expired), Source::socket);
}

} // namespace mirror

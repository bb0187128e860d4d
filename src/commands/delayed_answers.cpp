#include "commands/delayed_answers.hpp"

#include <algorithm>

namespace commands {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

DelayedAnswers::DelayedAnswers(io::Loop& loop, const payments::Table& table, publish::Progress& progress, Again again)
    : loop_(loop), table_(table), progress_(progress), answer_again_(std::move(again)), next_turn_(loop) {
    progress.on_moved([this] { check_soon(); });
}

/// The mirror outlives this object and releases holds later, which must not call it.
DelayedAnswers::~DelayedAnswers() {
    progress_.on_moved(nullptr);
}

/// An undecided payment never delays an answer: every answer contains it.
DelayedAnswers::Beyond DelayedAnswers::beyond(const payments::PaymentKey& key, const publish::Position& position,
                                              std::uint64_t number, const publish::ResumeBounds& bounds) const {
    const auto* payment = table_.find(key);
    if (!payment || payment->undecided())
        return Beyond::nothing;
    auto worst = Beyond::nothing;
    for (const auto& part : payment->parts)
        if (is_beyond(part, position))
            worst = std::max(worst, is_beyond(part, bounds.listed) ? Beyond::rows : Beyond::outcome);
    const bool known = payment->terminal() && payment->change_number <= number;
    return worst == Beyond::outcome && known ? Beyond::nothing : worst;
}

bool DelayedAnswers::delays(Caller& caller, Answer& answer) {
    if (answer.more)
        return false; // the next answer begins among these rows and repeats some anyway
    const auto bounds = progress_.bounds();
    const bool first = !caller.awaited;
    auto& awaited = first ? caller.awaited.emplace(AwaitedRows{steady_clock::now(), {}}) : *caller.awaited;
    auto worst = Beyond::nothing;
    std::erase_if(answer.payments, [&](const Snapshot& given) {
        const auto why = beyond(given.key, answer.position, answer.number, bounds);
        if (why == Beyond::nothing)
            return false;
        const auto [at, added] = first ? awaited.terminal.emplace(given.key, given.terminal)
                                       : std::pair(awaited.terminal.find(given.key), false);
        if (at == awaited.terminal.end()) { // it changed meanwhile, so the next answer contains it
            if (answer.number > 0)
                answer.number = std::min(answer.number, table_.find(given.key)->change_number - 1);
            return true;
        }
        if (given.terminal && !at->second) { // it has ended: its end must not be repeated either
            at->second = true;
            awaited.since = steady_clock::now();
        }
        worst = std::max(worst, why);
        return false;
    });
    const auto until = awaited.since + (worst == Beyond::rows ? longest_for_rows : longest_for_outcome);
    if (worst == Beyond::nothing || steady_clock::now() >= until)
        return false;
    waiting_.push_back({std::move(caller), answer.position, std::make_unique<io::Timer>(loop_)});
    const auto last = std::prev(waiting_.end());
    last->timer->start(std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()),
                       [this, last] { release(last); });
    return true;
}

void DelayedAnswers::changed(const payments::Change&) {
    check_soon();
}

void DelayedAnswers::check_soon() {
    if (!waiting_.empty() && !next_turn_.armed())
        next_turn_.start(0ms, [this] { check(); });
}

void DelayedAnswers::check() {
    const auto bounds = progress_.bounds();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        const auto here = at++;
        const auto& awaited = here->caller.awaited->terminal;
        // The cursor of one hash does not wait for other payments. Other cursors will get a change number.
        const bool by_hash = here->caller.request.hash.has_value();
        const auto number = by_hash ? 0 : UINT64_MAX;
        const auto position =
            publish::later(here->position, by_hash ? bounds.listed : publish::earlier(bounds.listed, bounds.safe));
        if (std::all_of(awaited.begin(), awaited.end(), [&](const auto& one) {
                return beyond(one.first, position, number, bounds) == Beyond::nothing;
            }))
            release(here);
    }
}

void DelayedAnswers::release(WaitingRef waiting) {
    auto caller = std::move(waiting->caller);
    waiting_.erase(waiting);
    answer_again_(std::move(caller));
}

} // namespace commands

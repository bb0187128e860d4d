#include "commands/rows_wait.hpp"

#include <algorithm>

namespace commands {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

RowsWait::RowsWait(io::Loop& loop, const payments::Table& table, std::function<publish::ResumeBounds()> limits,
                   Again again)
    : loop_(loop), table_(table), limits_(std::move(limits)), retry_timer_(std::move(again)), next_turn_(loop) {}

/// Nothing of an undecided payment: it comes with every answer.
RowsWait::Beyond RowsWait::beyond(const payments::PaymentKey& key, const publish::Position& marks, std::uint64_t number,
                                  const publish::ResumeBounds& limits) const {
    const auto* payment = table_.find(key);
    if (!payment || payment->undecided())
        return Beyond::nothing;
    auto worst = Beyond::nothing;
    for (const auto& part : payment->parts)
        if (is_beyond(part, marks))
            worst = std::max(worst, is_beyond(part, limits.readable) ? Beyond::rows : Beyond::hold);
    const bool known = payment->terminal() && payment->change_number <= number;
    return worst == Beyond::hold && known ? Beyond::nothing : worst;
}

bool RowsWait::took(Caller& caller, Answer& answer) {
    if (answer.more)
        return false; // the next answer begins in the midst of rows: it tells some of these again anyway
    const auto limits = limits_();
    const bool first = !caller.awaited;
    auto& awaited = first ? caller.awaited.emplace(AwaitedRows{steady_clock::now(), {}}) : *caller.awaited;
    auto worst = Beyond::nothing;
    std::erase_if(answer.payments, [&](const Snapshot& given) {
        const auto why = beyond(given.key, answer.marks, answer.number, limits);
        if (why == Beyond::nothing)
            return false;
        const auto [at, added] = first ? awaited.terminal.emplace(given.key, given.terminal)
                                       : std::pair(awaited.terminal.find(given.key), false);
        if (at == awaited.terminal.end()) { // it changed since: the next answer has it
            if (answer.number > 0)
                answer.number = std::min(answer.number, table_.find(given.key)->change_number - 1);
            return true;
        }
        if (given.terminal && !at->second) { // nor may its end come twice
            at->second = true;
            awaited.since = steady_clock::now();
        }
        worst = std::max(worst, why);
        return false;
    });
    const auto until = awaited.since + (worst == Beyond::rows ? rows_patience : hold_patience);
    if (worst == Beyond::nothing || steady_clock::now() >= until)
        return false;
    waiting_.push_back({std::move(caller), answer.marks, std::make_unique<io::Timer>(loop_)});
    const auto place = std::prev(waiting_.end());
    place->timer->start(std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()),
                        [this, place] { release(place); });
    return true;
}

void RowsWait::moved() {
    if (!waiting_.empty() && !next_turn_.armed())
        next_turn_.start(0ms, [this] { look(); });
}

void RowsWait::look() {
    const auto limits = limits_();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        const auto here = at++;
        const auto& awaited = here->caller.awaited->terminal;
        // The cursor of one hash waits for no other payment. Others will have a number.
        const bool by_hash = here->caller.request.hash.has_value();
        const auto number = by_hash ? 0 : UINT64_MAX;
        const auto marks =
            publish::later(here->marks, by_hash ? limits.readable : publish::earlier(limits.readable, limits.hold));
        if (std::all_of(awaited.begin(), awaited.end(),
                        [&](const auto& one) { return beyond(one.first, marks, number, limits) == Beyond::nothing; }))
            release(here);
    }
}

void RowsWait::release(Place place) {
    auto caller = std::move(place->caller);
    waiting_.erase(place);
    retry_timer_(std::move(caller));
}

} // namespace commands

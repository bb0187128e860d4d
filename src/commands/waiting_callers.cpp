#include "commands/waiting_callers.hpp"

#include "json/text.hpp"
#include "rpc/write.hpp"

#include <algorithm>

namespace commands {

using namespace std::chrono_literals;

namespace {

bool wants(const TrackpaymentsRequest& request, const payments::PaymentKey& key, bool terminal) {
    return (!request.hash || *request.hash == key.hash) && (!request.only_final || terminal);
}

/// Keeps the newest snapshot of each payment. One hash has few.
void remember(Caller& caller, const Snapshot& newest) {
    std::erase_if(caller.changed, [&](const Snapshot& older) { return older.key == newest.key; });
    caller.changed.push_back(newest);
}

} // namespace

std::string message_head(std::string_view id) {
    std::string head = rpc::notification_head("message") + R"({"id":)";
    return head.append(id).append(R"(,"level":"info","message":)");
}

WaitingCallers::WaitingCallers(io::Loop& loop, const payments::Table& table, Send send, AllSent all_sent, Ended ended)
    : loop_(loop),
      table_(table),
      send_(std::move(send)),
      all_sent_(std::move(all_sent)),
      ended_(std::move(ended)),
      pause_(loop) {}

void WaitingCallers::add(Caller caller) {
    const auto timeout = caller.request.timeout;
    waiting_.push_back({std::move(caller), number_, std::make_unique<io::Timer>(loop_)});
    const auto place = std::prev(waiting_.end());
    place->timer->start(timeout, [this, place] { end(place); });
    if (waiting_.size() > most)
        end(waiting_.begin());
}

void WaitingCallers::written(const publish::Publisher::Written& snapshot) {
    const auto is_wanted = [&](const Waiting& one) {
        return wants(one.caller.request, snapshot.key, snapshot.terminal);
    };
    if (std::none_of(waiting_.begin(), waiting_.end(), is_wanted))
        return;
    const Snapshot newest{snapshot.key, {}, snapshot.terminal, std::make_shared<const std::string>(snapshot.json)};
    recent_.add(newest, ++number_);
    if (snapshot.terminal)
        recent_ends_.add(newest, number_);
    if (waiting_.size() > most_at_once) {
        merge(newest, snapshot.number);
    } else {
        send_all();
        Line line{newest, UINT64_MAX, number_};
        send(line);
    }
    for (auto place = waiting_.begin(); place != waiting_.end(); ++place) {
        if (!is_wanted(*place))
            continue;
        auto& caller = place->caller;
        if (caller.request.hash)
            remember(caller, newest);
        if (has_what_it_waits_for(caller, snapshot.terminal))
            place->timer->start(0ms, [this, place] { end(place); });
    }
}

/// The end of a payment is never merged into what follows it: it is sent first.
void WaitingCallers::merge(const Snapshot& newest, std::uint64_t made) {
    if (const auto at = line_of_.find(newest.key); at != line_of_.end()) {
        if (at->second->snapshot.terminal)
            send(*at->second);
        lines_.erase(at->second);
    }
    lines_.push_back({newest, made, number_});
    line_of_[newest.key] = std::prev(lines_.end());
    if (!pause_.armed())
        pause_.start(merge_pause, [this] { pause_over(); });
}

void WaitingCallers::send(Line& line) const {
    for (const auto& waiting : waiting_)
        send_to(waiting, line);
}

/// Skips what was written before the caller joined, and snapshots not newer than those it got first: they may leave
/// later when lightningd reads slowly.
void WaitingCallers::send_to(const Waiting& waiting, Line& line) const {
    const auto& caller = waiting.caller;
    const auto& key = line.snapshot.key;
    const bool knows = line.made <= caller.first_number &&
                       std::find(caller.first.begin(), caller.first.end(), key) != caller.first.end();
    if (line.number <= waiting.joined || knows || !wants(caller.request, key, line.snapshot.terminal))
        return;
    if (!line.quoted)
        line.quoted = std::make_shared<const std::string>(json::quote(*line.snapshot.json));
    send_(caller, line.quoted);
}

void WaitingCallers::send_all() {
    pause_.cancel();
    for (auto& line : lines_)
        send(line);
    lines_.clear();
    line_of_.clear();
}

/// If lightningd has not read the last messages yet, keep merging.
void WaitingCallers::pause_over() {
    if (all_sent_())
        send_all();
    else
        pause_.start(merge_pause, [this] { pause_over(); });
}

bool WaitingCallers::has_what_it_waits_for(const Caller& caller, bool terminal) const {
    if (caller.request.since)
        return terminal || !caller.request.only_final;
    if (!caller.request.hash || !terminal)
        return false;
    const auto groups = table_.groups(*caller.request.hash);
    return groups.empty() || groups.back()->terminal();
}

void WaitingCallers::end(WaitingRef place) {
    for (auto& line : lines_) // they cannot be sent after the answer
        send_to(*place, line);
    auto caller = std::move(place->caller);
    if (!caller.request.hash) {
        auto changed = (caller.request.only_final ? recent_ends_ : recent_).after(place->joined);
        caller.overflowed = !changed;
        caller.changed = std::move(changed).value_or(std::vector<Snapshot>{});
    }
    waiting_.erase(place);
    if (waiting_.empty()) {
        send_all(); // no caller is left: only clears the lines
        recent_.clear();
        recent_ends_.clear();
    }
    caller.may_stay = false;
    ended_(std::move(caller));
}

} // namespace commands

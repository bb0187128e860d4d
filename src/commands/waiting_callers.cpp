#include "commands/waiting_callers.hpp"

#include "rpc/write.hpp"
#include "json/text.hpp"

#include <algorithm>

namespace commands {

using namespace std::chrono_literals;

namespace {

bool wants(const TrackpaymentsRequest& request, const payments::PaymentKey& key, bool terminal) {
    return (!request.hash || *request.hash == key.hash) && (!request.only_final || terminal);
}

/// Of one hash there are few.
void remember(Caller& follower, const Snapshot& news) {
    std::erase_if(follower.changed, [&](const Snapshot& older) { return older.key == news.key; });
    follower.changed.push_back(news);
}

} // namespace

std::string message_head(std::string_view id) {
    std::string head = rpc::notification_head("message") + R"({"id":)";
    return head.append(id).append(R"(,"level":"info","message":)");
}

WaitingCallers::WaitingCallers(io::Loop& loop, const payments::Table& table, Say say, AllSaid all_said, Ended ended)
    : loop_(loop),
      table_(table),
      say_(std::move(say)),
      all_said_(std::move(all_said)),
      ended_(std::move(ended)),
      pause_(loop) {}

void WaitingCallers::add(Caller follower) {
    const auto timeout = follower.request.timeout;
    waiting_.push_back({std::move(follower), number_, std::make_unique<io::Timer>(loop_)});
    const auto place = std::prev(waiting_.end());
    place->timer->start(timeout, [this, place] { end(place); });
    if (waiting_.size() > most)
        end(waiting_.begin());
}

void WaitingCallers::left(const publish::Publisher::Left& left) {
    const auto is_wanted = [&](const Waiting& one) { return wants(one.follower.request, left.key, left.terminal); };
    if (std::none_of(waiting_.begin(), waiting_.end(), is_wanted))
        return;
    const Snapshot news{left.key, {}, left.terminal, std::make_shared<const std::string>(left.json)};
    heard_.add(news, ++number_);
    if (left.terminal)
        ends_.add(news, number_);
    if (waiting_.size() > most_at_once) {
        merge(news, left.number);
    } else {
        say_all();
        Line line{news, UINT64_MAX, number_};
        say(line);
    }
    for (auto place = waiting_.begin(); place != waiting_.end(); ++place) {
        if (!is_wanted(*place))
            continue;
        auto& follower = place->follower;
        if (follower.request.hash)
            remember(follower, news);
        if (has_what_it_waits_for(follower, left.terminal))
            place->timer->start(0ms, [this, place] { end(place); });
    }
}

/// The end of a payment is never merged into what follows it.
void WaitingCallers::merge(const Snapshot& news, std::uint64_t made) {
    if (const auto at = line_of_.find(news.key); at != line_of_.end()) {
        if (at->second->snapshot.terminal)
            say(*at->second);
        lines_.erase(at->second);
    }
    lines_.push_back({news, made, number_});
    line_of_[news.key] = std::prev(lines_.end());
    if (!pause_.armed())
        pause_.start(merge_pause, [this] { pause_over(); });
}

void WaitingCallers::say(Line& line) const {
    for (const auto& waiting : waiting_)
        say_to(waiting, line);
}

/// What left before it came is not for it, nor what is older than it was sent at first: that may leave later when
/// lightningd reads slowly.
void WaitingCallers::say_to(const Waiting& waiting, Line& line) const {
    const auto& follower = waiting.follower;
    const auto& key = line.snapshot.key;
    const bool knows = line.made <= follower.first_number &&
                       std::find(follower.first.begin(), follower.first.end(), key) != follower.first.end();
    if (line.number <= waiting.came || knows || !wants(follower.request, key, line.snapshot.terminal))
        return;
    if (!line.quoted)
        line.quoted = std::make_shared<const std::string>(json::quote(*line.snapshot.json));
    say_(follower, line.quoted);
}

void WaitingCallers::say_all() {
    pause_.cancel();
    for (auto& line : lines_)
        say(line);
    lines_.clear();
    line_of_.clear();
}

/// Where lightningd has not read the last ones yet, merging goes on.
void WaitingCallers::pause_over() {
    if (all_said_())
        say_all();
    else
        pause_.start(merge_pause, [this] { pause_over(); });
}

bool WaitingCallers::has_what_it_waits_for(const Caller& follower, bool terminal) const {
    if (follower.request.since)
        return terminal || !follower.request.only_final;
    if (!follower.request.hash || !terminal)
        return false;
    const auto groups = table_.groups(*follower.request.hash);
    return groups.empty() || groups.back()->terminal();
}

void WaitingCallers::end(Place place) {
    for (auto& line : lines_) // behind the answer it would not be sent them
        say_to(*place, line);
    auto follower = std::move(place->follower);
    if (!follower.request.hash) {
        auto changed = (follower.request.only_final ? ends_ : heard_).after(place->came);
        follower.overflowed = !changed;
        follower.changed = std::move(changed).value_or(std::vector<Snapshot>{});
    }
    waiting_.erase(place);
    if (waiting_.empty()) {
        say_all(); // to nobody
        heard_.clear();
        ends_.clear();
    }
    follower.may_stay = false;
    ended_(std::move(follower));
}

} // namespace commands

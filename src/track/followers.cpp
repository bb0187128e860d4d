#include "track/followers.hpp"

#include "rpc/json.hpp"
#include "rpc/write.hpp"

#include <algorithm>

namespace track {

using namespace std::chrono_literals;

namespace {

bool wants(const FollowRequest& request, const payments::PaymentKey& key, bool terminal) {
    return (!request.hash || *request.hash == key.hash) && (!request.only_final || terminal);
}

} // namespace

std::string message_to(std::string_view id, std::string_view quoted_text) {
    std::string params = R"({"id":)";
    params.append(id).append(R"(,"level":"info","message":)").append(quoted_text).append("}");
    return rpc::notification("message", params);
}

Followers::Followers(io::Loop& loop, const payments::Table& table, Say say, Ended ended)
    : loop_(loop), table_(table), say_(std::move(say)), ended_(std::move(ended)) {}

void Followers::add(Follower follower) {
    const auto stay = follower.request.timeout;
    add(std::move(follower), stay);
}

void Followers::add(Follower follower, std::chrono::milliseconds stay) {
    staying_.push_back({std::move(follower), std::make_unique<io::Timer>(loop_)});
    const auto place = std::prev(staying_.end());
    place->timer->start(stay, [this, place] { end(place); });
}

void Followers::left(const payments::PaymentKey& key, bool terminal, std::string_view json) {
    if (staying_.empty())
        return;
    std::string quoted; // once for all of them
    Snapshot news;
    for (auto place = staying_.begin(); place != staying_.end(); ++place) {
        auto& follower = place->follower;
        const bool concerned = !follower.request.hash || *follower.request.hash == key.hash;
        if (wants(follower.request, key, terminal)) {
            if (quoted.empty()) {
                quoted = rpc::quote(json);
                news = {key, {}, terminal, std::make_shared<const std::string>(json)};
            }
            say_(message_to(follower.id, quoted));
            remember(follower, news);
        }
        if (concerned && !follower.sated && has_what_it_waits_for(follower, terminal))
            place->timer->start(0ms, [this, place] { end(place); });
    }
}

void Followers::remember(Follower& follower, const Snapshot& news) {
    if (follower.overflowed)
        return;
    const auto old = std::find_if(follower.changed.begin(), follower.changed.end(),
                                  [&](const Snapshot& told) { return told.key == news.key; });
    if (old != follower.changed.end()) {
        follower.bytes -= old->json->size();
        follower.changed.erase(old);
    }
    follower.changed.push_back(news);
    follower.bytes += news.json->size();
    if (follower.changed.size() > most_payments || follower.bytes > most_bytes) {
        follower.overflowed = true;
        follower.changed = {};
    }
}

bool Followers::has_what_it_waits_for(const Follower& follower, bool terminal) const {
    if (follower.request.since)
        return terminal || !follower.request.only_final;
    if (!follower.request.hash || !terminal)
        return false;
    const auto groups = table_.groups(*follower.request.hash);
    return groups.empty() || groups.back()->terminal();
}

void Followers::end(Place place) {
    auto follower = std::move(place->follower);
    staying_.erase(place);
    ended_(std::move(follower));
}

} // namespace track

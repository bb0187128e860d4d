// Callers of `trackpayments` that stay: each is sent what the topic says, when it says it, as a `message` of its
// request, and is let go when its time is up or what it waits for has come. Knows who stays and what each was told;
// what the final answer is, is for whoever ends it.
#pragma once

#include "io/loop.hpp"
#include "io/timer.hpp"
#include "payments/table.hpp"
#include "track/answer.hpp"
#include "track/follow_request.hpp"

#include <list>

namespace track {

struct Follower {
    std::string id; ///< of its request, raw
    FollowRequest request;
    std::string filter;            ///< raw; empty if none
    Marks begin;                   ///< a cursor from which nothing it was told is missing
    std::vector<Snapshot> changed; ///< the newest of each payment, the last to change last
    std::size_t bytes = 0;
    bool overflowed = false; ///< `changed` was let go: there was too much of it
    bool sated = false;      ///< has what it waits for, and stays a moment for the rows that say so
};

class Followers final {
  public:
    static constexpr std::size_t most = 1000;
    /// What one caller's answer may hold; beyond, it is told to ask again from where it began.
    static constexpr std::size_t most_payments = 1000;
    static constexpr std::size_t most_bytes = 8UL * 1024 * 1024;

    using Say = std::function<void(std::string message)>;
    using Ended = std::function<void(Follower)>;

    /// `say` puts a message right behind the one that is leaving.
    Followers(io::Loop& loop, const payments::Table& table, Say say, Ended ended);

    [[nodiscard]] bool full() const { return staying_.size() >= most; }
    void add(Follower follower);
    void add(Follower follower, std::chrono::milliseconds stay);
    /// A snapshot has just left for the topic.
    void left(const payments::PaymentKey& key, bool terminal, std::string_view json);

  private:
    struct Staying {
        Follower follower;
        std::unique_ptr<io::Timer> timer;
    };
    using Place = std::list<Staying>::iterator;

    void remember(Follower& follower, const Snapshot& news);
    [[nodiscard]] bool has_what_it_waits_for(const Follower& follower, bool terminal) const;
    void end(Place place);

    io::Loop& loop_;
    const payments::Table& table_;
    Say say_;
    Ended ended_;
    std::list<Staying> staying_;
};

/// `message` of a pending request, level info (`core-lightning.md` 1.7). `id`: raw.
[[nodiscard]] std::string message_to(std::string_view id, std::string_view quoted_text);

} // namespace track

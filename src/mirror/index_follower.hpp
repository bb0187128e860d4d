// Follows lightningd's created and updated indexes: after each `wait` that fired it fetches the rows between the last
// one known and the counter, page by page, one page in flight at a time, so that nothing is skipped however many events
// fell between two waits.
#pragma once

#include "cln/lightningd.hpp"
#include "io/timer.hpp"
#include "payments/event.hpp"
#include "publish/progress.hpp"

namespace mirror {

class IndexFollower final {
  public:
    static constexpr std::size_t page = 100;
    using Clock = std::function<base::UnixNs()>;
    using Rows = std::function<void(std::vector<payments::PartSeen>)>;

    IndexFollower(io::Loop& loop, cln::Lightningd& lightningd, Clock clock, Rows rows, base::Log log);

    /// Both counters, at each (re)connection. The first time they only say where to begin; later, what was missed
    /// meanwhile.
    void counters(publish::Position now);
    void fired(cln::Index index, std::uint64_t counter);
    /// Told whenever marks() has changed.
    void on_moved(std::function<void()> moved) { moved_ = std::move(moved); }
    /// Everything up to here was handed over.
    [[nodiscard]] publish::Position marks() const { return {{created_.mark}, {updated_.mark}}; }

  private:
    struct Follower {
        cln::Index index;
        std::uint64_t mark = 0;
        std::uint64_t target = 0;
    };

    void counter(Follower& follower, std::uint64_t now);
    void schedule(std::chrono::milliseconds pause = std::chrono::milliseconds{0});
    void fetch();
    void answered(Follower& follower, std::uint64_t asked_to,
                  const tl::expected<cln::Lightningd::Listing, cln::Lightningd::Failure>& listing);
    [[nodiscard]] std::optional<base::UnixNs> witnessed(const payments::Row& row) const;

    cln::Lightningd& lightningd_;
    Clock clock_;
    Rows rows_;
    std::function<void()> moved_;
    base::Log log_;
    Follower created_{cln::Index::created};
    Follower updated_{cln::Index::updated};
    bool begun_ = false;
    bool busy_ = false;
    io::Timer next_turn_;
};

} // namespace mirror

// The steps at each connection: asks for the node's id and height, then for lightningd's counters. The first time it
// also finds the payments in flight (PendingSearch), and lists those that may be between two attempts.
#pragma once

#include "mirror/group_loader.hpp"
#include "mirror/index_follower.hpp"
#include "mirror/orphans.hpp"
#include "mirror/part_reader.hpp"
#include "mirror/pending_search.hpp"
#include "mirror/silence_timeout.hpp"

namespace mirror {

struct MirrorConfig {
    cln::Version version;
    /// The plugin's hook sees every call that makes a part.
    bool sees_calls = true;
};

class Startup final {
  public:
    using Clock = std::function<base::UnixNs()>;
    struct Parts {
        cln::Lightningd& lightningd;
        const payments::Table& table;
        GroupLoader& loader;
        IndexFollower& indexes;
        DeletionDetector& deletions;
        SilenceTimeout& silence;
        Orphans& orphans;
        PartReader& calls;
        publish::Progress& progress;
    };
    struct Events {
        std::function<void(const base::NodeId&)> node_known;
        /// Called once: the payments in flight at the start are in the table, except those that a search of the older
        /// rows may still find.
        std::function<void()> ready;
    };

    Startup(io::Loop& loop, const Parts& parts, Events events, Clock clock, MirrorConfig config, base::Log log);

    /// Call at each connection.
    void connected();
    /// Call after each loaded group.
    void group_loaded();
    [[nodiscard]] bool ready() const { return state_ == State::ready; }
    /// All payments in flight at the start are in the table.
    [[nodiscard]] bool complete() const { return complete_; }

  private:
    enum class State {
        no_counters, ///< lightningd's counters are not known
        listing,     ///< listing the payments in flight, at least the newest
        loading,     ///< loading their groups
        ready
    };
    /// The answers on the current connection.
    struct Answers {
        bool node = false; ///< getinfo has answered
        bool counts = true;
        std::optional<std::uint64_t> created;
        std::optional<std::uint64_t> updated;
        std::optional<std::uint64_t> deleted;
        [[nodiscard]] bool complete() const { return node && (!counts || (created && updated && deleted)); }
    };

    void ask_counter(cln::Index index, std::optional<std::uint64_t> Answers::*into);
    void answered();
    void counters_read();
    void set_older_rows(base::CreatedIndex newest);
    void list_without_counters();
    void list_recent(std::uint64_t upto);
    void take_recent();
    void hold_before(base::UpdatedIndex change);
    void retry(const rpc::Error& error, std::function<void()> ask);
    void take(const std::vector<payments::Row>& rows);
    void finish();

    Parts parts_;
    Events events_;
    Clock clock_;
    MirrorConfig config_;
    base::Log log_;
    State state_ = State::no_counters;
    Answers answers_;
    base::CreatedIndex newest_; // lightningd's counter at the start of the listing
    bool complete_ = false;
    std::vector<payments::Row> recent_; // failed so recently that their payments may go on
    publish::Progress::Hold hold_;
    RetryTimer retry_timer_;
    PendingSearch search_;
};

} // namespace mirror

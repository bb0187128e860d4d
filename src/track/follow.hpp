// Serves the command `trackpayments`: what is in flight now, what one hash came to, what changed after a cursor, and
// for those who stay the stream itself.
#pragma once

#include "track/catch_up.hpp"
#include "track/feed.hpp"
#include "track/followers.hpp"
#include "track/rows_wait.hpp"

#include <deque>

namespace track {

class Follow final {
  public:
    /// Sends a reply, in its turn. `id`, `result`: raw.
    using Reply = std::function<void(std::string_view id, const tl::expected<std::string, rpc::Error>& result)>;

    Follow(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, Feed& feed, Publisher& publisher,
           cln::Version version, Reply reply);

    /// Every request is answered once, sooner or later. `filter`: raw, empty if there is none.
    void serve(std::string_view id, const rpc::json& params, std::string_view filter);
    /// Why serve() would refuse them; nothing when it would not.
    [[nodiscard]] std::optional<rpc::Error> check(const rpc::json& params) const;
    /// The feed has listed what was in flight at the start: answers can be given.
    void ready();

  private:
    [[nodiscard]] tl::expected<FollowRequest, rpc::Error> read(const rpc::json& params) const;
    void begin(Follower caller);
    void answer_all(Follower caller);
    void answer_hash(Follower caller);
    void found_by_hash(Follower caller, std::vector<payments::Payment> payments);
    void answer_since(Follower caller);
    void found_since(Follower caller, FollowAnswer found);
    void check_reach(Follower caller);
    [[nodiscard]] bool has_changed(const FollowRequest& request, std::uint64_t begun) const;
    void stay(Follower caller, const std::vector<Snapshot>& now);
    void ended(Follower caller);
    void reply(const Follower& caller, const FollowAnswer& answer);
    void refuse(const Follower& caller, const rpc::Error& error);

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    Feed& feed_;
    Publisher& publisher_;
    cln::Version version_;
    Reply reply_;
    Followers followers_;
    RowsWait rows_wait_;
    std::deque<Follower> early_; // asked before the feed was ready
    io::Timer patience_;         // of those
};

} // namespace track

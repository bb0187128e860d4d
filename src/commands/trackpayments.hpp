// Serves the command `trackpayments`: the payments in flight, the payments of one hash, the changes after a cursor,
// pages of all payments, and for callers with a timeout the stream itself.
#pragma once

#include "commands/delayed_answers.hpp"
#include "commands/payment_pages.hpp"
#include "commands/resume.hpp"
#include "commands/waiting_callers.hpp"
#include "mirror/mirror.hpp"

#include <deque>

namespace commands {

class TrackpaymentsCommand final {
  public:
    /// Sends a reply after all queued output. `id`, `result`: raw.
    using Reply = std::function<void(std::string_view id, const tl::expected<std::string, rpc::Error>& result)>;

    struct Parts {
        cln::Lightningd& lightningd;
        const payments::Table& table;
        mirror::Mirror& mirror;
        publish::Progress& progress;
        publish::Publisher& publisher;
    };

    TrackpaymentsCommand(io::Loop& loop, const Parts& parts, cln::Version version, Reply reply);

    /// Answers every request once, at once or later. `filter`: raw, empty if there is none.
    void serve(std::string_view id, const json::Tree& params, std::string_view filter);
    /// The error with which serve() would refuse these params, if any.
    [[nodiscard]] std::optional<rpc::Error> check(const json::Tree& params) const;
    /// Call when the payments in flight at the start are in the table: answers can be made.
    void ready();
    /// Callers that wait now.
    [[nodiscard]] std::size_t waiting() const { return callers_.size() + early_.size(); }

  private:
    [[nodiscard]] tl::expected<TrackpaymentsRequest, rpc::Error> read(const json::Tree& params) const;
    void begin(Caller caller);
    void answer_all(Caller caller);
    void answer_page(const Caller& caller);
    void answer_hash(Caller caller);
    void found_by_hash(Caller caller, std::vector<payments::Payment> payments);
    void answer_since(Caller caller);
    void found_since(Caller caller, Answer found);
    void check_reach(Caller caller);
    void use_census();
    [[nodiscard]] bool has_changed(const TrackpaymentsRequest& request, std::uint64_t begun) const;
    void stay(Caller caller, const std::vector<Snapshot>& now);
    void ended(Caller caller);
    void reply(const Caller& caller, const Answer& answer);
    void refuse(const Caller& caller, const rpc::Error& error);

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    mirror::Mirror& mirror_;
    publish::Progress& progress_;
    publish::Publisher& publisher_;
    cln::Version version_;
    Reply reply_;
    WaitingCallers callers_;
    DelayedAnswers delayed_;
    GroupCensus census_;
    io::Timer census_timer_; // frees it when nobody asks any more
    PaymentPages pages_;
    std::deque<Caller> early_; // callers from before the mirror was ready
    io::Timer startup_timer_;  // ends their waiting
};

} // namespace commands

// Defers facts of groups that the table does not have until the whole group was listed and its invoice read, so that
// the first snapshot is complete and says what is paid. Endings that only the whole group can confirm are deferred too.
// All other facts go straight to the table.
#pragma once

#include "cln/lightningd.hpp"
#include "io/timer.hpp"
#include "mirror/deletion_detector.hpp"
#include "mirror/fact_sink.hpp"
#include "mirror/invoice_lookup.hpp"
#include "payments/table.hpp"
#include "publish/progress.hpp"

#include <deque>
#include <unordered_set>

namespace mirror {

class GroupLoader final : public FactSink {
  public:
    /// How long facts are deferred while the socket is away; then they are published as they are.
    static constexpr std::chrono::milliseconds socket_timeout{5000};
    /// How long a first snapshot waits for its invoice, unless set otherwise.
    static constexpr std::chrono::milliseconds invoice_timeout{1000};

    using Apply = std::function<void(std::span<const payments::Event>)>;
    struct Parts {
        cln::Lightningd& lightningd;
        InvoiceLookup& invoices;
        DeletionDetector& deletions; ///< is notified of rows that were shown and are not listed any more
        const payments::Table& table;
        publish::Progress& progress; ///< held while a group loads
    };

    /// `apply`: into the table. `sees_calls`: our hook shows every call that makes a part.
    GroupLoader(io::Loop& loop, const Parts& parts, Apply apply, bool sees_calls);

    /// The facts that need not wait are applied as one change before this returns.
    void take(std::vector<payments::Event> facts, Source source) override;
    void take(payments::Event&& fact, Source source) override;

    void set_invoice_timeout(std::chrono::milliseconds most) { invoice_timeout_ = most; }
    /// lightningd's counters when this process began: a group that failed before, of a hash that was paid before, is
    /// not published again.
    void set_past(publish::Position past) { past_ = past; }
    /// The socket is there, and counters were read: lists what could not be listed without it.
    void connected();
    /// Answers under way will not come.
    void disconnected();
    /// Called whenever a group is loaded.
    void on_loaded(std::function<void()> loaded) { on_loaded_ = std::move(loaded); }
    [[nodiscard]] bool idle() const { return loading_.empty(); }

  private:
    struct Group {
        std::vector<payments::Event> facts; ///< deferred
        publish::Progress::Hold hold;
        std::vector<payments::Row> rows{}; ///< listed; the invoices are to come
        std::uint64_t listing = 0;         ///< its number
        std::unique_ptr<io::Timer> invoice_timer{};
    };
    using Groups = std::unordered_map<base::PaymentHash, Group>;

    [[nodiscard]] bool must_wait(const payments::Event& fact, Source source) const;
    /// True when the fact was taken over, to be applied later.
    [[nodiscard]] bool defer(payments::Event& fact, Source source);
    Groups::iterator load(const base::PaymentHash& hash);
    void ask();
    void answered(const base::PaymentHash& hash, const tl::expected<cln::Lightningd::Listing, rpc::Error>& listing);
    [[nodiscard]] const payments::Row* unread_invoice(const Group& group) const;
    void ask_for_invoices(const base::PaymentHash& hash);
    void loaded(const base::PaymentHash& hash);
    void apply_unlisted(const base::PaymentHash& hash);
    void done(const base::PaymentHash& hash);
    void start_socket_timer();
    /// The table has the row's group, its payer's call was seen, or one of these facts is about it; else it is history
    /// that nobody asked for.
    [[nodiscard]] bool is_wanted(const payments::Row& row, std::span<const payments::Event> deferred) const;
    void apply_group(const base::PaymentHash& hash, std::span<const payments::Row> rows);
    [[nodiscard]] bool settled_before(const payments::PaymentKey& key, std::span<const payments::Row> rows) const;

    static constexpr std::size_t most_asked = 4; // lightningd is single-threaded, and has payments to make

    io::Loop& loop_;
    Parts parts_;
    Apply apply_;
    bool sees_calls_;
    publish::Position past_;
    Groups loading_;
    std::deque<base::PaymentHash> queue_;  // not asked about yet
    std::vector<base::PaymentHash> asked_; // their listing or an invoice is under way
    std::uint64_t listings_ = 0;
    std::function<void()> on_loaded_;
    std::chrono::milliseconds invoice_timeout_{invoice_timeout};
    std::unordered_set<base::PaymentHash> unlisted_; // applied without the listing
    io::Timer socket_timer_;
};

} // namespace mirror

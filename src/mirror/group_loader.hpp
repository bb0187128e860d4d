// Defers facts of unknown groups until the whole group and its invoice are known, so that the first snapshot is
// complete and has the right amount. lightningd lists the group, unless the facts at hand surely have all its rows.
// Also defers ends that only the whole group can confirm. All other facts go straight to the table.
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
    /// How long facts are deferred without the socket; then they are applied without the listing.
    static constexpr std::chrono::milliseconds socket_timeout{5000};
    /// How long a first snapshot waits by default for an invoice that only lightningd can read.
    static constexpr std::chrono::milliseconds invoice_timeout{1000};

    using Apply = std::function<void(std::span<const payments::Event>)>;
    struct Parts {
        cln::Lightningd& lightningd;
        InvoiceLookup& invoices;
        DeletionDetector& deletions; ///< receives hashes with rows that are no longer listed
        const payments::Table& table;
        publish::Progress& progress; ///< held while a group loads
    };

    /// `apply` applies facts to the table. `sees_calls`: the plugin's hook sees every call that makes a part.
    GroupLoader(io::Loop& loop, const Parts& parts, Apply apply, bool sees_calls);

    /// Facts that are not deferred are applied as one change before this returns.
    void take(std::vector<payments::Event> facts, Source source) override;
    void take(payments::Event&& fact, Source source) override;

    void set_invoice_timeout(std::chrono::milliseconds most) { invoice_timeout_ = most; }
    /// lightningd's counters at the start of this run. A group that failed before, of a hash that was paid before, is
    /// not published again.
    void set_past(publish::Position past) { past_ = past; }
    /// Call at each connection with lightningd's counter. Rows made later come in pages without a gap.
    void set_followed_from(base::CreatedIndex newest) { followed_from_ = newest; }
    /// Call when the socket is connected and the counters are read: lists the groups that could not be listed before.
    void connected();
    /// Call when the socket is lost: pending answers will not come.
    void disconnected();
    /// `loaded` is called after each loaded group.
    void on_loaded(std::function<void()> loaded) { on_loaded_ = std::move(loaded); }
    [[nodiscard]] bool idle() const { return loading_.empty(); }

  private:
    struct Group {
        explicit Group(publish::Progress& progress)
            : hold(progress.hold(publish::Progress::Reason::loading)),
              rows_hold(progress.hold(publish::Progress::Reason::unlisted)) {}
        std::vector<payments::Event> facts{}; ///< deferred
        publish::Progress::Hold hold;
        publish::Progress::Hold rows_hold;
        bool listed = true;                ///< false: the facts have all rows
        bool unconfirmed = false;          ///< a part settled since its rows were requested
        std::vector<payments::Row> rows{}; ///< all of them; waiting for the invoices
        std::uint64_t listing = 0;         ///< number of that listing
        std::unique_ptr<io::Timer> invoice_timer{};
    };
    using Groups = std::unordered_map<base::PaymentHash, Group>;

    [[nodiscard]] bool may_look_finished(const payments::PartSeen& seen, Source source) const;
    [[nodiscard]] bool must_wait(const payments::Event& fact, Source source) const;
    /// True if the fact was moved and will be applied later.
    [[nodiscard]] bool defer(payments::Event& fact, Source source);
    Groups::iterator load(const base::PaymentHash& hash);
    void begin(std::span<const base::PaymentHash> fresh, Source source);
    [[nodiscard]] bool has_all_rows(const Group& group, Source source) const;
    [[nodiscard]] bool begins_a_group(const payments::Row& row) const;
    void use_rows_at_hand(const base::PaymentHash& hash);
    void have_rows(const base::PaymentHash& hash);
    void ask();
    void answered(const base::PaymentHash& hash, const tl::expected<cln::Lightningd::Listing, rpc::Error>& listing);
    [[nodiscard]] const payments::Row* unread_invoice(const Group& group) const;
    void load_invoices(const base::PaymentHash& hash);
    void wait_for_invoice(const base::PaymentHash& hash, Group& group);
    void loaded(const base::PaymentHash& hash);
    void list_again(const base::PaymentHash& hash);
    void apply_unlisted(const base::PaymentHash& hash);
    void done(const base::PaymentHash& hash);
    void start_socket_timer();
    /// True if the table has the row's group, its payer's call was seen, or one of these facts is about it. Other rows
    /// are history that nobody asked for.
    [[nodiscard]] bool is_wanted(const payments::Row& row, std::span<const payments::Event> deferred) const;
    void apply_group(const base::PaymentHash& hash, std::span<const payments::Row> rows);
    [[nodiscard]] bool settled_before(const payments::PaymentKey& key, std::span<const payments::Row> rows) const;

    static constexpr std::size_t most_asked = 4; // lightningd has one thread, and payments come first

    io::Loop& loop_;
    Parts parts_;
    Apply apply_;
    bool sees_calls_;
    publish::Position past_;
    base::CreatedIndex followed_from_{UINT64_MAX};
    Groups loading_;
    std::vector<base::PaymentHash> fresh_; // of the current take(): neither requested nor queued yet
    std::deque<base::PaymentHash> queue_;  // not requested yet
    std::vector<base::PaymentHash> asked_; // their listing or an invoice is pending
    std::uint64_t listings_ = 0;
    std::function<void()> on_loaded_;
    std::chrono::milliseconds invoice_timeout_{invoice_timeout};
    std::unordered_set<base::PaymentHash> unlisted_; // applied without a listing
    io::Timer socket_timer_;
};

} // namespace mirror

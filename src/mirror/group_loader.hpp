// The door to the table. Facts about a payment the table does not know yet wait here until the whole group was listed
// once and its invoice was read, so that its first snapshot is complete and says what is paid; so do endings that only
// the whole picture can confirm. All else goes straight through.
#pragma once

#include "cln/lightningd.hpp"
#include "io/timer.hpp"
#include "mirror/invoice_lookup.hpp"
#include "payments/table.hpp"
#include "publish/progress.hpp"

#include <deque>
#include <unordered_set>

namespace mirror {

class GroupLoader final {
  public:
    using Apply = std::function<void(std::span<const payments::Event>)>;
    /// Where facts were read. What came through the hook was expected on stdin before its row was made; the socket has
    /// no such order.
    enum class Source { standard_input, socket };

    /// How long facts about an unknown payment wait for a socket that is away before they are told as they are.
    static constexpr std::chrono::milliseconds patience{5000};
    /// How long a first snapshot waits for its invoice, unless told otherwise.
    static constexpr std::chrono::milliseconds invoice_patience{1000};

    using Missing = std::function<void(const base::PaymentHash&)>;

    /// `listed`: how far the index pages have come. `missing`: a row that was shown is not listed any more.
    /// `sees_calls`: the hook is ours, so announcements are complete.
    GroupLoader(io::Loop& loop, cln::Lightningd& lightningd, InvoiceLookup& invoices, const payments::Table& table,
                Apply apply, std::function<publish::Position()> listed, Missing missing, bool sees_calls);

    /// The ready ones are applied as one change before this returns; the rest when the listing is there.
    void take(std::vector<payments::Event> events, Source source);
    void take(payments::Event&& event, Source source);
    void set_invoice_patience(std::chrono::milliseconds most) { invoice_patience_ = most; }
    /// What lay before this process: a group that failed there, of a hash that was paid there, is not told again.
    void set_past(publish::Position past) { past_ = past; }
    /// The socket is (again) there: lists what could not be listed without it.
    void connected();
    /// Told whenever something waits no more.
    void on_released(std::function<void()> released) { on_released_ = std::move(released); }
    [[nodiscard]] bool idle() const { return waiting_.empty(); }
    /// A cursor must not pass what waits here.
    [[nodiscard]] publish::Position pending() const { return floors_.least(); }

  private:
    struct Waiting {
        std::vector<payments::Event> events;
        publish::Position floor;
        std::vector<payments::Row> rows{};     // listed; the invoices are to come
        std::uint64_t turn = 0;                // of the listing
        std::unique_ptr<io::Timer> invoices{}; // how long they may take
    };

    [[nodiscard]] bool must_wait(const payments::Event& event, Source source) const;
    [[nodiscard]] bool kept(payments::Event& event, Source source);
    void ask();
    std::unordered_map<base::PaymentHash, Waiting>::iterator wait(const base::PaymentHash& hash);
    void answered(const base::PaymentHash& hash,
                  const tl::expected<cln::Lightningd::Listing, cln::Lightningd::Failure>& listing);
    [[nodiscard]] const payments::Row* unread(const Waiting& waiting) const;
    void ask_for_invoices(const base::PaymentHash& hash);
    void invoice_read(const base::PaymentHash& hash, const std::string& invoice,
                      const payments::InvoiceDecoded* decoded, bool lost);
    void released(const base::PaymentHash& hash);
    void missed(const base::PaymentHash& hash, bool lost);
    void ask_next();
    /// The table has the row's group, its call was seen, or one of these is about it; else it is history that nobody
    /// asked for.
    [[nodiscard]] bool followed(const payments::Row& row, std::span<const payments::Event> waiting) const;
    void release(const base::PaymentHash& hash, std::span<const payments::Row> rows);
    [[nodiscard]] bool settled_before(const payments::PaymentKey& key, std::span<const payments::Row> rows) const;
    void do_without();

    static constexpr std::size_t most_asked = 4; // lightningd is single-threaded, and has payments to make

    io::Loop& loop_;
    cln::Lightningd& lightningd_;
    InvoiceLookup& invoices_;
    const payments::Table& table_;
    Apply apply_;
    std::function<publish::Position()> listed_;
    Missing missing_;
    bool sees_calls_;
    publish::Position past_;
    std::unordered_map<base::PaymentHash, Waiting> waiting_;
    publish::HeldMarks floors_;           // of all that wait
    std::deque<base::PaymentHash> queue_; // not asked yet
    std::size_t asked_ = 0;
    std::uint64_t turns_ = 0;
    std::function<void()> on_released_;
    std::chrono::milliseconds invoice_patience_{invoice_patience};
    std::vector<base::PaymentHash> lost_;            // asked, and the socket went away
    std::unordered_set<base::PaymentHash> unlisted_; // applied without the listing
    io::Timer patience_;                             // with a socket that is away
};

} // namespace mirror

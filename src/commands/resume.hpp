// Finds everything that changed after a cursor in lightningd's database: first the rows created since and never
// changed, then the rows changed since, page by page. Each payment comes once, in its current state, at its last row
// that is in reach, whatever answer that row is in. Bounded: the next call continues where this answer ends.
#pragma once

#include "cln/lightningd.hpp"
#include "commands/answer.hpp"
#include "commands/group_census.hpp"
#include "mirror/invoice_lookup.hpp"
#include "mirror/row_pager.hpp"
#include "payments/table.hpp"

#include <unordered_map>
#include <unordered_set>

namespace commands {

/// The part of the stream that a caller has received.
struct Known {
    publish::Position position;
    std::uint64_t number = 0;   ///< publish::Cursor::number, if it is one of this run
    base::UpdatedIndex given{}; ///< publish::Cursor::given, the same
};

/// Where payments come from. They exist until an answer is done.
struct Sources {
    cln::Lightningd& lightningd;
    mirror::InvoiceLookup& invoices;
    const payments::Table& table;
    GroupCensus& census; ///< kept from answer to answer
};

class Resume final : public std::enable_shared_from_this<Resume> {
  public:
    static constexpr std::size_t most_payments = 100;
    static constexpr std::size_t most_bytes = 4UL * 1024 * 1024;
    static constexpr int most_pages = 20;
    /// Pages of the census, which makes listings unnecessary.
    static constexpr int most_census_pages = 50;
    /// lightningd reads about so many rows of a page in the time of one listing by hash.
    static constexpr std::uint64_t rows_for_a_listing = 8;

    using Done = std::function<void(tl::expected<Answer, rpc::Error>)>;

    /// Calls `done` once, at once or later; the object exists until then. The answer's position is before that of
    /// `since` only if a payment without an outcome is.
    static void run(const Sources& sources, publish::ResumeBounds bounds, Known since, Done done);

  private:
    Resume(const Sources& sources, publish::ResumeBounds bounds, Known since, Done done);

    /// Continues the census if that is less work than to list every hash.
    void count_rows(int pages);
    void begin(cln::Index index);
    void fetch_never_changed();
    void fetch();
    void got_page(std::vector<payments::Row> rows, bool last);
    /// The rows of the page that are payments of their own and not in the table.
    [[nodiscard]] std::vector<payments::Row> rows_alone() const;
    void work();
    [[nodiscard]] const payments::Payment* find(const payments::PaymentKey& key) const;
    void fetch_group(const payments::PaymentKey& key);
    void build(std::vector<payments::Row> rows, const payments::PaymentKey* wanted);
    void collect(const payments::Payment& payment);
    void index_over();
    void finish(bool more);
    [[nodiscard]] bool is_full() const { return answer_.payments.size() >= most_payments || bytes_ >= most_bytes; }
    /// A row of this index does not matter, because its change comes, or came, by the other index.
    [[nodiscard]] bool is_skipped(const payments::Row& row) const;
    /// The row is beyond the hold, and an earlier answer gave its payment.
    [[nodiscard]] bool was_given(std::uint64_t at) const;
    void pass_given();
    /// True if another row of the payment follows, so that the payment comes with that one.
    [[nodiscard]] bool comes_later(const payments::Payment& payment, std::uint64_t at) const;
    /// The payment's current state was in an earlier answer.
    [[nodiscard]] bool is_known(const payments::Payment& payment) const;
    /// It may have changed in this run without a row that this answer reads.
    [[nodiscard]] bool is_unread(const payments::Payment& payment) const;
    void number_answer();
    void lost();

    /// Of the current index.
    [[nodiscard]] std::uint64_t& position();
    [[nodiscard]] std::uint64_t limit() const;

    Sources sources_;
    publish::ResumeBounds bounds_;
    Known since_;
    std::uint64_t begun_; // the table's last change at the start: later ones may be missing in the answer
    Done done_;
    cln::Index index_ = cln::Index::created;
    publish::Position position_; // everything up to here is in the answer
    std::vector<payments::Row> rows_;
    std::size_t next_ = 0; // of rows_
    bool last_page_ = false;
    int pages_ = 0;
    std::size_t bytes_ = 0;
    std::unordered_map<payments::PaymentKey, payments::Payment> built_; // from rows, not yet in the answer
    std::unordered_set<payments::PaymentKey> given_;
    Answer answer_;
};

} // namespace commands

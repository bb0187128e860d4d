// Everything that changed after a cursor, from lightningd's own database: first the rows made since, then the rows
// changed since, page by page, each payment once and as it is now. Bounded: what does not fit into one answer is for
// the next call, which goes on where this one stopped.
#pragma once

#include "cln/lightningd.hpp"
#include "payments/table.hpp"
#include "track/answer.hpp"
#include "track/invoices.hpp"

#include <unordered_set>

namespace track {

/// How far a cursor may go, at one moment.
struct Limits {
    Marks readable; ///< rows beyond have not all found their way into the table
    Marks hold;     ///< a payment is undecided: its verdict moves no index, so cursors wait before its last row
};

/// What a caller knows.
struct Known {
    Marks marks;
    std::uint64_t number = 0; ///< Cursor::number, if it is one of this run
};

class CatchUp final : public std::enable_shared_from_this<CatchUp> {
  public:
    static constexpr std::size_t most_payments = 100;
    static constexpr std::size_t most_bytes = 4UL * 1024 * 1024;
    static constexpr int most_pages = 20;

    using Done = std::function<void(tl::expected<FollowAnswer, rpc::Error>)>;

    /// Calls `done` once, later or at once; the answer's marks are never before those of `since`. Lives until then.
    static void run(cln::Lightningd& lightningd, Invoices& invoices, const payments::Table& table, Limits limits,
                    Known since, Done done);

  private:
    static constexpr std::size_t page = 100;

    CatchUp(cln::Lightningd& lightningd, Invoices& invoices, const payments::Table& table, Limits limits, Known since,
            Done done);

    void begin(cln::Index index);
    void fetch();
    void work();
    void fetch_group(const payments::PaymentKey& key);
    void fetched(const payments::PaymentKey& key, const std::vector<payments::Payment>& past);
    void collect(const payments::Payment& payment);
    void index_over();
    void finish(bool more);
    /// Of the table: given as it is now by an earlier answer.
    [[nodiscard]] bool is_known(const payments::Payment& payment) const;
    [[nodiscard]] bool is_unread(const payments::Payment& payment) const;
    void number_answer();
    void fail(const cln::Lightningd::Failure& failure);

    /// Of the index at hand.
    [[nodiscard]] std::uint64_t& position();
    [[nodiscard]] std::uint64_t limit() const;

    cln::Lightningd& lightningd_;
    Invoices& invoices_;
    const payments::Table& table_;
    Limits limits_;
    Known since_;
    std::uint64_t begun_; // what changed after it may be older in the answer than in the table
    Done done_;
    cln::Index index_ = cln::Index::created;
    Marks position_; // everything up to here is in the answer
    std::vector<payments::Row> rows_;
    std::size_t next_ = 0; // of rows_
    bool last_page_ = false;
    int pages_ = 0;
    std::size_t bytes_ = 0;
    std::unordered_set<payments::PaymentKey> told_;
    FollowAnswer answer_;
};

} // namespace track

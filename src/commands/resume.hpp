// Everything that changed after a cursor, from lightningd's own database: first the rows made since, then the rows
// changed since, page by page, each payment once and as it is now. Bounded: what does not fit into one answer is for
// the next call, which goes on where this one stopped.
#pragma once

#include "cln/lightningd.hpp"
#include "commands/answer.hpp"
#include "mirror/invoice_lookup.hpp"
#include "mirror/row_pager.hpp"
#include "payments/table.hpp"

#include <unordered_set>

namespace commands {

/// What a caller knows.
struct Known {
    publish::Position position;
    std::uint64_t number = 0; ///< publish::Cursor::number, if it is one of this run
};

class Resume final : public std::enable_shared_from_this<Resume> {
  public:
    static constexpr std::size_t most_payments = 100;
    static constexpr std::size_t most_bytes = 4UL * 1024 * 1024;
    static constexpr int most_pages = 20;

    using Done = std::function<void(tl::expected<Answer, rpc::Error>)>;

    /// Calls `done` once, later or at once; the answer's position is never before that of `since`. Lives until then.
    static void run(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
                    publish::ResumeBounds bounds, Known since, Done done);

  private:
    Resume(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
           publish::ResumeBounds bounds, Known since, Done done);

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
    void lost();

    /// Of the index at hand.
    [[nodiscard]] std::uint64_t& position();
    [[nodiscard]] std::uint64_t limit() const;

    cln::Lightningd& lightningd_;
    mirror::InvoiceLookup& invoices_;
    const payments::Table& table_;
    publish::ResumeBounds bounds_;
    Known since_;
    std::uint64_t begun_; // what changed after it may be older in the answer than in the table
    Done done_;
    cln::Index index_ = cln::Index::created;
    publish::Position position_; // everything up to here is in the answer
    std::vector<payments::Row> rows_;
    std::size_t next_ = 0; // of rows_
    bool last_page_ = false;
    int pages_ = 0;
    std::size_t bytes_ = 0;
    std::unordered_set<payments::PaymentKey> given_;
    Answer answer_;
};

} // namespace commands

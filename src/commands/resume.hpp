// Finds everything that changed after a cursor in lightningd's database: first the rows created since, then the rows
// changed since, page by page, each payment once in its current state. Bounded: the next call continues where this
// answer ends.
#pragma once

#include "cln/lightningd.hpp"
#include "commands/answer.hpp"
#include "mirror/invoice_lookup.hpp"
#include "mirror/row_pager.hpp"
#include "payments/table.hpp"

#include <unordered_set>

namespace commands {

/// The part of the stream that a caller has received.
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

    /// Calls `done` once, at once or later; the object exists until then. The answer's position is before that of
    /// `since` only if a payment without an outcome is.
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
    /// The payment's current state was in an earlier answer.
    [[nodiscard]] bool is_known(const payments::Payment& payment) const;
    [[nodiscard]] bool is_unread(const payments::Payment& payment) const;
    void number_answer();
    void lost();

    /// Of the current index.
    [[nodiscard]] std::uint64_t& position();
    [[nodiscard]] std::uint64_t limit() const;

    cln::Lightningd& lightningd_;
    mirror::InvoiceLookup& invoices_;
    const payments::Table& table_;
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
    std::unordered_set<payments::PaymentKey> given_;
    Answer answer_;
};

} // namespace commands

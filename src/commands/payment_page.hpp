// One page of all payments by payment_index, as LND's ListPayments: from the table, and those that it does not have
// from lightningd's rows. Reads rows in the order of created_index, a page of them at a time, forwards or backwards,
// and takes each payment at the row that has its index. A row may be one of several of its group, so the hash is
// listed, unless the census of rows shows that it is the only one. Bounded: the next page begins where this one ends.
#pragma once

#include "commands/resume.hpp"
#include "commands/trackpayments_request.hpp"
#include "mirror/backward_pager.hpp"

namespace commands {

class PaymentPage final : public std::enable_shared_from_this<PaymentPage> {
  public:
    static constexpr std::size_t most_bytes = 4UL * 1024 * 1024;
    static constexpr int most_pages = 20;     ///< of rows
    static constexpr int most_listings = 200; ///< of hashes

    /// Calls `done` once, at once or later; the object exists until then. `newest`: the last created_index that the
    /// mirror has read. The answer has no position.
    static void run(const Sources& sources, const PageRequest& request, base::CreatedIndex newest, Resume::Done done);

  private:
    PaymentPage(const Sources& sources, const PageRequest& request, base::CreatedIndex newest, Resume::Done done);

    /// Payments in (after, upto], and the rows there.
    struct Range {
        std::uint64_t after;
        std::uint64_t upto;
        std::span<const payments::Row> rows;
        [[nodiscard]] bool has(base::CreatedIndex index) const { return index.value > after && index.value <= upto; }
    };
    /// A payment that the table does not have. Only its index is known if payments are only counted.
    struct Past {
        base::CreatedIndex index;
        std::optional<payments::Payment> payment;
    };

    void count_rows(int pages, std::function<void()> then);
    void fetch();
    void got_rows(std::vector<payments::Row> rows, std::uint64_t reached);
    [[nodiscard]] Range range() const;
    [[nodiscard]] bool is_wanted(const payments::Row& row) const;
    [[nodiscard]] bool is_alone(const payments::Row& row) const;
    /// Finds the payments of the range's rows, then shows them.
    void work();
    void list(const payments::PaymentKey& key);
    void build(std::vector<payments::Row> rows);
    void show(const Range& range);
    /// False if the page is full.
    bool take(const payments::Payment& payment);
    void range_over(const Range& range);
    void finish(bool more);
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bool is_full() const { return listings_ >= most_listings || !has_room(); }
    void find_unusual_indexes();
    void lost();

    Sources sources_;
    PageRequest request_;
    base::CreatedIndex newest_;
    Resume::Done done_;
    std::shared_ptr<mirror::BackwardPager> backwards_;
    std::uint64_t edge_;              // payments up to here are done; reversed: from here on
    std::vector<payments::Row> rows_; // fetched and not done, by created_index
    std::uint64_t reached_ = 0;       // rows up to here are fetched; reversed: from here on
    int pages_ = 0;
    int listings_ = 0;
    std::size_t bytes_ = 0;
    std::unordered_map<payments::PaymentKey, Past> past_;
    std::unordered_set<payments::PaymentKey> over_; // groups that cannot be in a later range
    std::vector<payments::PaymentKey> unusual_;     // payments of the table whose index is no row of theirs
    Answer answer_;
};

} // namespace commands

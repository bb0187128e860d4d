// Moves the mark of lightningd's updated index without reading a page. Each change of a row takes the next number, and
// sendpay_success has the number of its row. sendpay_failure has none, because it shows the row as it was before
// (lightningd/pay.c); but a `wait` that was pending names the row that took the number. What nothing explains is left
// to a page.
#pragma once

#include "cln/replies.hpp"
#include "mirror/fact_sink.hpp"
#include "payments/table.hpp"
#include "publish/progress.hpp"

#include <set>

namespace mirror {

class UpdatedMark final {
  public:
    /// The end of a row, from a notification.
    struct End {
        payments::PaymentKey key;
        base::PartId partid;
        base::CreatedIndex created;
        base::UpdatedIndex updated; ///< 0 if the notification does not have it
    };

    /// `facts` gets the numbers of failed rows. `progress` is advanced.
    UpdatedMark(const payments::Table& table, FactSink& facts, publish::Progress& progress)
        : table_(table), facts_(facts), progress_(progress) {}

    /// Call when the table has the row's end, or a hold protects it.
    void ended(const End& end);
    /// A pending wait named the row that took this number.
    void waited(base::UpdatedIndex number, const cln::WaitReply::Details& row);
    /// A page was read, so the mark has moved, and what was not matched until now will not be.
    void page_read();
    /// Call at each connection.
    void clear();

  private:
    struct Named {
        base::UpdatedIndex number;
        cln::WaitReply::Details row;
    };

    void match();
    void explained(base::UpdatedIndex number);
    [[nodiscard]] bool has_number(const End& end) const;

    /// Numbers and ends kept; above it they are left to a page.
    static constexpr std::size_t most = 1000;

    const payments::Table& table_;
    FactSink& facts_;
    publish::Progress& progress_;
    std::set<base::UpdatedIndex> explained_; // beyond the mark, with a gap before them
    std::vector<End> unnumbered_;
    std::vector<Named> named_;
};

} // namespace mirror

// Asks why a part failed that nobody watched: the failure's details are in no listing, but `waitsendpay` on a finished
// part tells them at once. One question at a time, and only some moments after the part was seen, because its
// notification may be on its way.
#pragma once

#include "cln/lightningd.hpp"
#include "io/timer.hpp"
#include "payments/table.hpp"

#include <deque>

namespace mirror {

class FailureLookup final {
  public:
    using Found = std::function<void(const payments::PaymentKey&, const payments::Part&, const payments::Failure&)>;

    FailureLookup(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, Found found);

    /// Remembers failed parts of which nothing is known.
    void look(const payments::Change& change);

  private:
    struct Open {
        payments::PaymentKey key;
        base::CreatedIndex created;
    };

    [[nodiscard]] bool known(base::CreatedIndex created) const;
    [[nodiscard]] const payments::Part* unexplained(const Open& open) const;
    void next();

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    Found found_;
    std::deque<Open> open_;
    bool asking_ = false;
    io::Timer next_turn_;
};

} // namespace mirror

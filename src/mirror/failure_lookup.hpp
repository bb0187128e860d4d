// Asks lightningd why a part failed when the plugin did not see it fail: the failure's details are in no listing, but
// `waitsendpay` on a finished part gives them at once. One question at a time, and only some moments after the part was
// seen, because its notification may be on its way.
#pragma once

#include "cln/lightningd.hpp"
#include "io/timer.hpp"
#include "mirror/fact_sink.hpp"
#include "payments/change.hpp"
#include "payments/table.hpp"

#include <deque>

namespace mirror {

class FailureLookup final : public payments::ChangeListener {
  public:
    FailureLookup(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts);

    /// A question under way was not answered.
    void connected();
    /// Remembers failed parts of which nothing is known.
    void changed(const payments::Change& change) override;

  private:
    struct Question {
        payments::PaymentKey key;
        base::CreatedIndex created;
    };

    [[nodiscard]] bool is_open(base::CreatedIndex created) const;
    [[nodiscard]] const payments::Part* unexplained(const Question& question) const;
    void ask_next();

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    FactSink& facts_;
    std::deque<Question> open_;
    std::optional<Question> under_way_;
    io::Timer next_turn_;
};

} // namespace mirror

// Asks lightningd why a part failed if the plugin did not see it fail. Listings have no details of a failure, but
// `waitsendpay` returns them at once for a finished part. One question at a time, and a moment late, because the
// notification may still come.
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

    /// Call at each connection: the current question was not answered.
    void connected();
    /// Remembers failed parts with an unknown failure.
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

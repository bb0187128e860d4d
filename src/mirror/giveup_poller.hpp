// Asks the payer whether it has given a payment up: xpay by `listpays`, which from v26.06 on calls it failed only then,
// renepay by `renepaystatus`. Asked when the last part ended, and again after growing pauses, until it says so or
// another part appears. Finds out; the table decides.
#pragma once

#include "cln/lightningd.hpp"
#include "cln/version.hpp"
#include "io/timer.hpp"
#include "payments/table.hpp"

namespace mirror {

class GiveupPoller final {
  public:
    using GivenUp = std::function<void(const payments::PaymentKey&)>;
    /// lightningd answered that the payment goes on: deadline is no evidence.
    using GoesOn = std::function<void(const payments::PaymentKey&)>;
    /// The payer is being asked from now on, or cannot be asked.
    using Asked = std::function<void(const payments::PaymentKey&, bool is_asked)>;

    GiveupPoller(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, cln::Version version,
                 GivenUp given_up, GoesOn goes_on, Asked asked);

    /// Begins to ask about what became undecided, and stops where it is decided.
    void look(const payments::Change& change);
    /// The payer says that a part ended: now is a good moment.
    void part_ended(const payments::PaymentKey& key);

  private:
    struct Question {
        std::unique_ptr<io::Timer> timer;
        std::size_t asked = 0;
        bool waiting = false; // for an answer
    };

    void ask_after(const payments::PaymentKey& key, std::chrono::milliseconds pause);
    enum class Word { goes_on, gave_up, refused, lost };

    [[nodiscard]] bool can_be_asked(const payments::Payment& payment) const;
    void ask(const payments::PaymentKey& key);
    void answered(const payments::PaymentKey& key, Word word);
    [[nodiscard]] Word word_of_xpay(const payments::PaymentKey& key, const std::vector<cln::Pay>& pays) const;

    io::Loop& loop_;
    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    bool authoritative_;
    GivenUp given_up_;
    GoesOn goes_on_;
    Asked asked_;
    std::unordered_map<payments::PaymentKey, Question> questions_;
};

} // namespace mirror

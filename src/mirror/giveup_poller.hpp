// Asks the payer whether it has given a payment up: xpay by `listpays`, which from v26.06 on calls it failed only then,
// renepay by `renepaystatus`. Asks when the last part ended, and again after growing pauses, until the payer says so or
// another part appears. Finds out; the table decides.
#pragma once

#include "cln/lightningd.hpp"
#include "cln/version.hpp"
#include "mirror/silence_timeout.hpp"

namespace mirror {

class GiveupPoller final : public payments::ChangeListener {
  public:
    /// `silence` is notified which payers are asked, and which go on: their silence is no evidence then.
    GiveupPoller(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, cln::Version version,
                 FactSink& facts, SilenceTimeout& silence);

    /// Questions under way were not answered.
    void connected();
    /// Begins to ask about what became undecided, and stops where it is decided.
    void changed(const payments::Change& change) override;
    /// The payer says that a part ended: now is a good moment to ask.
    void part_ended(const payments::PaymentKey& key);

  private:
    struct Question {
        std::unique_ptr<io::Timer> timer;
        std::size_t times = 0;
        bool under_way = false;
    };
    enum class Reply { goes_on, gave_up, refused };

    [[nodiscard]] bool can_be_asked(const payments::Payment& payment) const;
    void ask_after(const payments::PaymentKey& key, std::chrono::milliseconds pause);
    void ask(const payments::PaymentKey& key);
    void answered(const payments::PaymentKey& key, Reply reply);
    [[nodiscard]] Reply reply_of_xpay(const payments::PaymentKey& key, const std::vector<cln::Pay>& pays) const;

    io::Loop& loop_;
    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    bool asks_xpay_;
    FactSink& facts_;
    SilenceTimeout& silence_;
    std::unordered_map<payments::PaymentKey, Question> questions_;
};

} // namespace mirror

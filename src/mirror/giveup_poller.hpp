// Asks the payer whether it gave up a payment: xpay by `listpays`, where `failed` means that from v26.06 on, renepay by
// `renepaystatus`. Asks when the last part ended, then after growing pauses, until the payer gave up or another part
// appears. Only reports it; the table decides.
#pragma once

#include "cln/lightningd.hpp"
#include "cln/version.hpp"
#include "mirror/silence_timeout.hpp"

namespace mirror {

class GiveupPoller final : public payments::ChangeListener {
  public:
    /// Reports to `silence` which payers are asked and which go on: for them, silence is no evidence.
    GiveupPoller(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, cln::Version version,
                 FactSink& facts, SilenceTimeout& silence);

    /// Call at each connection: pending questions were not answered.
    void connected();
    /// Starts to ask about undecided payments, and stops when they are decided.
    void changed(const payments::Change& change) override;
    /// The payer reported the end of a part: ask now.
    void part_ended(const payments::PaymentKey& key);

  private:
    struct Question {
        std::unique_ptr<io::Timer> timer;
        std::size_t times = 0;
        bool under_way = false;
    };
    enum class Reply { goes_on, gave_up, unknown_payment, refused };

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

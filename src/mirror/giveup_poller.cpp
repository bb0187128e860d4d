#include "mirror/giveup_poller.hpp"

#include "cln/payer.hpp"

#include <algorithm>
#include <array>

namespace mirror {

using namespace std::chrono_literals;

namespace {

/// Between the questions; the last one repeats.
constexpr std::array<std::chrono::milliseconds, 5> pauses{100ms, 500ms, 1000ms, 2000ms, 5000ms};

} // namespace

GiveupPoller::GiveupPoller(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table,
                           cln::Version version, GivenUp given_up, GoesOn goes_on, Asked asked)
    : loop_(loop),
      lightningd_(lightningd),
      table_(table),
      authoritative_(cln::listpays_knows_xpay(version)),
      given_up_(std::move(given_up)),
      goes_on_(std::move(goes_on)),
      asked_(std::move(asked)) {}

void GiveupPoller::look(const payments::Change& change) {
    for (const auto& deletion : change.deleted)
        if (!table_.find(deletion.key))
            questions_.erase(deletion.key);
    for (const auto* payment : change.updated) {
        const auto& key = payment->key;
        if (payment->undecided() && can_be_asked(*payment)) {
            if (!questions_.contains(key))
                ask_after(key, pauses.front());
            asked_(key, true);
        } else if (!questions_.empty()) {
            questions_.erase(key);
        }
    }
}

bool GiveupPoller::can_be_asked(const payments::Payment& payment) const {
    const auto* row = cln::payer_row(payment.payer);
    if (!row)
        return false;
    switch (row->end) {
    case cln::EndKnownBy::pay_failure:
        return false;
    case cln::EndKnownBy::listpays:
        return authoritative_;
    case cln::EndKnownBy::renepaystatus:
        // It knows its payments by their BOLT 11 invoices alone (plugins/renepay/main.c, json_renepaystatus).
        return !payment.invoice.empty() && !payment.invoice.starts_with("lni");
    }
    return false;
}

void GiveupPoller::part_ended(const payments::PaymentKey& key) {
    if (questions_.contains(key))
        ask_after(key, 0ms);
}

void GiveupPoller::ask_after(const payments::PaymentKey& key, std::chrono::milliseconds pause) {
    auto& question = questions_[key];
    if (!question.timer)
        question.timer = std::make_unique<io::Timer>(loop_);
    if (!question.waiting)
        question.timer->start(pause, [this, key] { ask(key); });
}

void GiveupPoller::ask(const payments::PaymentKey& key) {
    auto& question = questions_[key];
    question.waiting = true;
    ++question.asked;
    const auto unanswered = [](const auto& reply) { return reply.error().lost ? Word::lost : Word::refused; };
    const auto* payment = table_.find(key);
    if (payment && payment->payer == payments::Payer::renepay)
        return lightningd_.renepaystatus(payment->invoice, [this, key, unanswered](const auto& pending) {
            answered(key, !pending ? unanswered(pending) : *pending ? Word::goes_on : Word::gave_up);
        });
    lightningd_.listpays(key.hash, [this, key, unanswered](const auto& pays) {
        answered(key, !pays ? unanswered(pays) : word_of_xpay(key, *pays));
    });
}

/// The entries carry no groupid: a group is known by its lowest row.
GiveupPoller::Word GiveupPoller::word_of_xpay(const payments::PaymentKey& key,
                                              const std::vector<cln::Pay>& pays) const {
    const auto* payment = table_.find(key);
    const bool failed =
        payment && !payment->parts.empty() && std::any_of(pays.begin(), pays.end(), [&](const cln::Pay& pay) {
            return pay.failed && pay.created == payment->parts.front().created;
        });
    return failed ? Word::gave_up : Word::goes_on;
}

void GiveupPoller::answered(const payments::PaymentKey& key, Word word) {
    const auto at = questions_.find(key);
    const auto* payment = table_.find(key);
    if (at == questions_.end() || !payment || payment->parts.empty())
        return;
    at->second.waiting = false;
    if (word == Word::refused) {
        questions_.erase(at); // then deadline has to do
        return asked_(key, false);
    }
    if (word == Word::gave_up) {
        questions_.erase(at);
        return given_up_(key);
    }
    if (word == Word::goes_on)
        goes_on_(key);
    ask_after(key, pauses[std::min(at->second.asked, pauses.size() - 1)]);
}

} // namespace mirror

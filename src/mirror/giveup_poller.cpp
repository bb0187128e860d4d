#include "mirror/giveup_poller.hpp"

#include "cln/payer.hpp"

#include <algorithm>
#include <array>

namespace mirror {

using namespace std::chrono_literals;

namespace {

/// Pauses between questions; the last one repeats.
constexpr std::array<std::chrono::milliseconds, 5> pauses{100ms, 500ms, 1000ms, 2000ms, 5000ms};

} // namespace

GiveupPoller::GiveupPoller(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table,
                           cln::Version version, FactSink& facts, SilenceTimeout& silence)
    : loop_(loop),
      lightningd_(lightningd),
      table_(table),
      asks_xpay_(cln::listpays_knows_xpay(version)),
      facts_(facts),
      silence_(silence) {}

void GiveupPoller::connected() {
    for (auto& [key, question] : questions_)
        if (std::exchange(question.under_way, false))
            ask_after(key, 0ms);
}

void GiveupPoller::changed(const payments::Change& change) {
    for (const auto& deletion : change.deleted)
        if (!table_.find(deletion.key))
            questions_.erase(deletion.key);
    for (const auto* payment : change.updated) {
        const auto& key = payment->key;
        if (payment->undecided() && can_be_asked(*payment)) {
            if (!questions_.contains(key))
                ask_after(key, pauses.front());
            silence_.asked(key, true);
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
        return asks_xpay_;
    case cln::EndKnownBy::renepaystatus:
        // renepay finds payments only by their BOLT 11 invoices (plugins/renepay/main.c, json_renepaystatus).
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
    if (!question.under_way)
        question.timer->start(pause, [this, key] { ask(key); });
}

void GiveupPoller::ask(const payments::PaymentKey& key) {
    auto& question = questions_[key];
    question.under_way = true;
    ++question.times;
    const auto* payment = table_.find(key);
    const auto* row = payment ? cln::payer_row(payment->payer) : nullptr;
    if (row && row->end == cln::EndKnownBy::renepaystatus)
        return lightningd_.renepaystatus(payment->invoice, [this, key](const auto& pending) {
            answered(key, !pending ? Reply::refused : *pending ? Reply::goes_on : Reply::gave_up);
        });
    lightningd_.listpays(
        key.hash, [this, key](const auto& pays) { answered(key, !pays ? Reply::refused : reply_of_xpay(key, *pays)); });
}

/// The entries have no groupid: identify a group by its first row.
GiveupPoller::Reply GiveupPoller::reply_of_xpay(const payments::PaymentKey& key,
                                                const std::vector<cln::Pay>& pays) const {
    const auto* payment = table_.find(key);
    if (!payment || payment->parts.empty())
        return Reply::goes_on;
    const auto first = payment->parts.front().created;
    const auto entry = std::find_if(pays.begin(), pays.end(), [&](const auto& pay) { return pay.created == first; });
    if (entry == pays.end())
        return Reply::unknown_payment;
    return entry->failed ? Reply::gave_up : Reply::goes_on;
}

void GiveupPoller::answered(const payments::PaymentKey& key, Reply reply) {
    const auto at = questions_.find(key);
    const auto* payment = table_.find(key);
    if (at == questions_.end() || !payment || payment->parts.empty())
        return;
    at->second.under_way = false;
    switch (reply) {
    case Reply::refused:
        questions_.erase(at); // only the silence timeout is left
        return silence_.asked(key, false);
    case Reply::gave_up:
        questions_.erase(at);
        return facts_.take(payments::GivenUp{key.hash, key.group, false}, Source::socket);
    case Reply::goes_on:
        silence_.heard_of(key);
        [[fallthrough]];
    case Reply::unknown_payment: // its rows were deleted, so nothing was heard: the silence timeout may end it
        return ask_after(key, pauses[std::min(at->second.times, pauses.size() - 1)]);
    }
}

} // namespace mirror

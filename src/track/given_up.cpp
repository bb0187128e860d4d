#include "track/given_up.hpp"

#include <algorithm>
#include <array>

namespace track {

using namespace std::chrono_literals;

namespace {

/// Between the questions; the last one repeats.
constexpr std::array<std::chrono::milliseconds, 5> pauses{100ms, 500ms, 1000ms, 2000ms, 5000ms};

} // namespace

GivenUpWatch::GivenUpWatch(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table,
                           cln::Version version, GivenUp given_up, GoesOn goes_on)
    : loop_(loop),
      lightningd_(lightningd),
      table_(table),
      authoritative_(cln::listpays_knows_xpay(version)),
      given_up_(std::move(given_up)),
      goes_on_(std::move(goes_on)) {}

void GivenUpWatch::look(const payments::Change& change) {
    for (const auto& deletion : change.deleted)
        if (!table_.find(deletion.key))
            questions_.erase(deletion.key);
    if (!authoritative_)
        return;
    for (const auto& key : change.updated) {
        const auto* payment = table_.find(key);
        if (payment && payment->undecided() && payment->payer == payments::Payer::xpay) {
            if (!questions_.contains(key))
                ask_after(key, pauses.front());
        } else if (!questions_.empty()) {
            questions_.erase(key);
        }
    }
}

void GivenUpWatch::part_ended(const payments::PaymentKey& key) {
    if (questions_.contains(key))
        ask_after(key, 0ms);
}

void GivenUpWatch::ask_after(const payments::PaymentKey& key, std::chrono::milliseconds pause) {
    auto& question = questions_[key];
    if (!question.timer)
        question.timer = std::make_unique<io::Timer>(loop_);
    if (!question.waiting)
        question.timer->start(pause, [this, key] { ask(key); });
}

void GivenUpWatch::ask(const payments::PaymentKey& key) {
    auto& question = questions_[key];
    question.waiting = true;
    ++question.asked;
    lightningd_.listpays(key.hash, [this, key](const auto& pays) { answered(key, pays); });
}

void GivenUpWatch::answered(const payments::PaymentKey& key,
                            const tl::expected<std::vector<cln::Pay>, cln::Lightningd::Failure>& pays) {
    const auto at = questions_.find(key);
    const auto* payment = table_.find(key);
    if (at == questions_.end() || !payment || payment->parts.empty())
        return;
    at->second.waiting = false;
    if (!pays && !pays.error().lost) {
        questions_.erase(at); // refused: the linger will tell
        return;
    }
    // The entries carry no groupid: a group is known by its lowest row.
    const auto lowest = payment->parts.front().created;
    const bool failed = pays && std::any_of(pays->begin(), pays->end(),
                                            [&](const cln::Pay& pay) { return pay.failed && pay.created == lowest; });
    if (failed) {
        questions_.erase(at);
        return given_up_(key);
    }
    if (pays)
        goes_on_(key);
    ask_after(key, pauses[std::min(at->second.asked, pauses.size() - 1)]);
}

} // namespace track

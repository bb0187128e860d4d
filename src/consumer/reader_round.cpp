// A round of calls: the updates that were missed, then the payments in flight.
#include "consumer/decode.hpp"
#include "consumer/reader.hpp"

#include <algorithm>
#include <utility>

namespace consumer {

/// Begins a round: the missed updates, then the payments in flight. Live messages wait until it is over.
void Reader::ask() {
    retry_.cancel();
    silence_.cancel();
    following_ = false;
    if (!connected_ || paused_)
        return;
    asking_ = true;
    again_ = false;
    ++round_;
    newest_at_begin_ = runs_.newest();
    queue_.restart();
    if (cursor_ && !anew_)
        ask_since();
    else
        ask_in_flight();
}

void Reader::ask_since() {
    const auto since = cursor_;
    tracker_.ask_since(*since, [this, since, round = round_](const auto& answer) {
        if (round != round_)
            return;
        if (answer)
            got_page(since, *answer);
        else if (answer.error().kind == Refusal::Kind::refused)
            begin_anew(answer.error().message);
        else
            failed(answer.error());
    });
}

void Reader::ask_in_flight() {
    refill_ = false;
    filling_ = true;
    tracker_.ask_in_flight([this, round = round_](const auto& answer) {
        if (round != round_)
            return;
        filling_ = false;
        if (answer)
            got_in_flight(*answer);
        else
            failed(answer.error());
    });
}

void Reader::got_page(const CursorPtr& since, const Answer& answer) {
    if (!answer.live)
        return not_live();
    refusal_logged_ = false;
    const std::string run(run_of(*answer.cursor));
    refill_ |= run != answered_;
    answered_by(run);
    drop_older_than(run);
    for (const auto& payment : answer.payments) {
        queue_.drop_until(*payment);
        const bool last = payment == answer.payments.back();
        if (delivered_.is_last(*payment))
            delivered_.add(payment, {});
        else if ((repeats_ends_ || !delivered_.has_same_end(*payment)) &&
                 !deliver({payment, last ? answer.cursor : since}))
            return;
    }
    cursor_ = answer.cursor;
    if (paused_)
        return;
    if (answer.more && *answer.cursor == *since) // held for a moment: asking at once would repeat the page
        retry_.start(pauses_.first, [this] { ask_since(); });
    else if (answer.more)
        ask_since();
    else if (refill_)
        ask_in_flight();
    else
        finish();
}

void Reader::got_in_flight(const Answer& answer) {
    if (!answer.live)
        return not_live();
    const std::string run(run_of(*answer.cursor));
    const bool refused = std::exchange(anew_, false);
    const bool begins = !cursor_ || refused;
    if (!begins && run != answered_)
        again_ = refill_ = true; // the tracker was started again after the page
    answered_by(run);
    // Where even the beginning is refused, lightningd has no pages.
    if (const auto beginning = beginning_of(*answer.cursor); refused && anew_at_beginning_ && *cursor_ != beginning) {
        cursor_ = std::make_shared<const std::string>(beginning);
        refill_ = true;
        return ask_since();
    }
    if (begins)
        cursor_ = answer.cursor;
    drop_older_than(run);
    complete_ = answer.complete;
    fill(answer);
    const std::weak_ptr<const bool> alive = alive_;
    listener_.replaced();
    if (!alive.expired() && !paused_)
        finish();
}

/// lightningd passes a call to the running tracker, so who answers is not older than the runs seen before the call.
/// Messages that say otherwise were overtaken by an answer, which covers them.
void Reader::answered_by(const std::string& run) {
    if (runs_.is_older(run, newest_at_begin_)) {
        queue_.drop_if([&](const Update& update) {
            const auto its = run_of(*update.cursor);
            return runs_.is_older(run, its) && !runs_.is_older(newest_at_begin_, its);
        });
        runs_.renew(run);
    }
    runs_.add(run);
    answered_ = run;
}

/// The listener sees the table: what it shows is delivered.
void Reader::fill(const Answer& answer) {
    in_flight_.clear();
    for (const auto& payment : answer.payments) {
        if (payment->status != Status::in_flight)
            continue;
        in_flight_[payment->payment_index] = payment;
        queue_.drop_until(*payment);
        delivered_.add(payment, {});
    }
}

/// The cursor of this node's database as it was, or of another node.
void Reader::begin_anew(const std::string& reason) {
    if (!std::exchange(refusal_logged_, true))
        log_(base::LogLevel::unusual, "trackpayments refused the cursor; beginning anew: " + base::loggable(reason));
    anew_ = true;
    ask_in_flight();
}

void Reader::failed(const Refusal& refusal) {
    give_up_for_now("trackpayments does not answer: " + base::loggable(refusal.message) + "; asking again");
}

/// Answers alone would show a payment's end late, or not at all to who waits for it.
void Reader::not_live() {
    give_up_for_now("trackpayments does not publish the topic `trackpayments`, which is needed here: see its option "
                    "trackpayments-topics");
}

void Reader::give_up_for_now(const std::string& why) {
    if (std::exchange(trouble_, why).empty())
        log_(base::LogLevel::unusual, why);
    asking_ = false;
    refill_ = true;
    if (!set_state(State::away))
        return;
    if (again_)
        ask();
    else
        retry_later();
}

void Reader::retry_later() {
    retry_.start(pause_, [this] { ask(); });
    pause_ = std::min(pause_ * 2, pauses_.longest);
}

void Reader::finish() {
    asking_ = false;
    // A run that is newer than the answers has begun, or messages were dropped.
    if (again_ || queue_.overflowed() || runs_.newest() != answered_)
        return ask();
    while (!queue_.empty()) {
        const auto next = queue_.pop();
        if (!deliver(next, run_of(*next.cursor)) || paused_)
            return;
    }
    following_ = true;
    if (complete_) {
        pause_ = pauses_.first;
    } else {
        refill_ = true;
        retry_later();
    }
    if (!std::exchange(trouble_, {}).empty())
        log_(base::LogLevel::info, "trackpayments answers again");
    await_silence();
    (void)set_state(State::active);
}

/// Queued messages of earlier runs are covered by this run's answer: they were not delivered, so the cursor that was
/// asked for comes before them. A run that is not known any more was long ago: that of each message was added when it
/// arrived.
void Reader::drop_older_than(const std::string& run) {
    queue_.drop_if([&](const Update& update) {
        const auto its = run_of(*update.cursor);
        return runs_.is_older(its, run) || !runs_.contains(its);
    });
}

} // namespace consumer

#include "consumer/reader.hpp"

#include "consumer/decode.hpp"

#include <algorithm>
#include <utility>

namespace consumer {

std::string_view state_name(State state) {
    switch (state) {
    case State::waiting:
        return "waiting";
    case State::active:
        return "active";
    case State::away:
        return "away";
    }
    return "";
}

Pauses pauses(bool reported) {
    return reported ? Pauses{} : Pauses{.silence = std::chrono::seconds(10)};
}

Reader::Reader(io::Loop& loop, rpc::Client& client, base::Log log, Listener& listener, Pauses pauses)
    : tracker_(client, log),
      log_(std::move(log)),
      listener_(listener),
      pauses_(pauses),
      pause_(pauses.first),
      retry_(loop),
      silence_(loop) {}

void Reader::connected() {
    connected_ = true;
    pause_ = pauses_.first;
    ask();
}

void Reader::disconnected() {
    connected_ = asking_ = again_ = following_ = false;
    refill_ = true;
    ++round_;
    retry_.cancel();
    silence_.cancel();
    (void)set_state(State::away);
}

void Reader::pause() {
    paused_ = true;
    refill_ |= std::exchange(filling_, false); // its answer is not taken any more
    following_ = asking_ = again_ = false;
    ++round_;
    queue_.clear();
    retry_.cancel();
    silence_.cancel();
}

void Reader::resume() {
    if (std::exchange(paused_, false))
        ask();
}

void Reader::start_at(CursorPtr cursor) {
    cursor_ = std::move(cursor);
    anew_ = false;
    paused_ = false;
    delivered_ = Delivered();
    in_flight_.clear();
    queue_.clear();
    refill_ = true;
    ask();
}

void Reader::notification(const rpc::Message& message) {
    if (message.method == "trackpayments")
        live(message.params);
    else if (message.method == "plugin_started" && is_tracker(message.method, message.params))
        tracker_started();
    else if (message.method == "plugin_stopped" && is_tracker(message.method, message.params))
        tracker_stopped();
}

void Reader::tracker_started() {
    pause_ = pauses_.first;
    refill_ = true;
    if (asking_)
        again_ = true; // the tracker that was asked may have been the one before
    else
        ask();
}

void Reader::tracker_stopped() {
    following_ = false;
    refill_ = true;
    silence_.cancel();
    if (asking_)
        again_ = true; // an answer may still come
    else if (connected_)
        retry_later();
    (void)set_state(State::away);
}

void Reader::live(std::string_view params) {
    auto update = decode_update(params);
    if (!update)
        return log_(base::LogLevel::unusual, "ignoring a message of trackpayments: " + update.error());
    const std::string run(run_of(*update->cursor));
    if (runs_.is_older(run, answered_))
        return late(update->payment, run);
    const bool is_new = !runs_.contains(run);
    runs_.add(run);
    if (paused_) {
        refill_ |= is_new;
        return;
    }
    if (following_ && !is_new) {
        await_silence();
        return (void)deliver(*update, run);
    }
    const auto payment = update->payment;
    queue_.push(*std::move(update));
    if (delivered_.is_last(*payment))
        queue_.drop_until(*payment);
    if (is_new && !asking_) { // the tracker was started again, whether that was reported or not
        refill_ = true;
        ask();
    }
}

/// The message was overtaken by the answer of a newer run, which covers it. But if a message of the payment was
/// delivered that may be older than an answer before, then the last one must be, too.
void Reader::late(const SnapshotPtr& payment, const std::string& run) {
    if (paused_)
        return;
    const auto last = delivered_.live_run(payment->payment_index);
    if (!last.empty() && !runs_.is_older(run, last))
        (void)deliver({payment, cursor_, true}, run);
}

void Reader::await_silence() {
    silence_.start(pauses_.silence, [this] { ask(); });
}

bool Reader::deliver(const Update& update, std::string_view run) {
    const auto& payment = update.payment;
    cursor_ = update.cursor;
    if (payment->status == Status::in_flight)
        in_flight_[payment->payment_index] = payment;
    else
        in_flight_.erase(payment->payment_index);
    const bool repeated = delivered_.is_last(*payment);
    delivered_.add(payment, run);
    if (repeated)
        return true;
    const std::weak_ptr<const bool> alive = alive_;
    listener_.updated(update);
    return !alive.expired();
}

bool Reader::set_state(State state) {
    if (state == state_ || (state == State::away && state_ == State::waiting))
        return true;
    state_ = state;
    const std::weak_ptr<const bool> alive = alive_;
    listener_.state_changed(state);
    return !alive.expired();
}

void Reader::lookup(const base::PaymentHash& hash, Lookup answer) {
    tracker_.ask_hash(hash, [answer = std::move(answer)](const auto& found) {
        answer(found.map([](const Answer& all) { return all.payments; }));
    });
}

void Reader::page(std::string_view cursor, PageCallback answer) {
    const auto since = std::make_shared<const std::string>(cursor);
    tracker_.ask_since(cursor, [since, answer = std::move(answer)](const auto& found) {
        answer(found.map([&](const Answer& all) {
            Page page{{}, all.cursor, all.more};
            for (const auto& payment : all.payments)
                page.updates.push_back({payment, payment == all.payments.back() ? all.cursor : since});
            return page;
        }));
    });
}

} // namespace consumer

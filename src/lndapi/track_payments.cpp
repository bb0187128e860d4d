#include "lndapi/track_payments.hpp"

#include <algorithm>

namespace lndapi {

TrackPayments::TrackPayments(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output,
                             bool no_inflight_updates, std::string since)
    : PaymentStream(std::move(sources), exchange, std::move(output), no_inflight_updates),
      since_(std::move(since)),
      retry_(this->sources().loop) {}

void TrackPayments::serve() {
    sources().hub.add(*this);
    if (!since_.empty()) {
        backlog().start_at(std::make_shared<const std::string>(since_));
        return ask();
    }
    backlog().start_at(sources().reader.cursor());
    if (sources().reader.complete())
        begin_live();
    else
        phase_ = Phase::held;
}

/// Payments that ended while the call was held come first, as the client's cursor moves with each.
void TrackPayments::begin_live() {
    phase_ = Phase::live;
    begin(backlog().delivered());
    owe_kept();
    for (const auto& item : sources().hub.in_flight())
        owe(item);
}

void TrackPayments::owe_kept() {
    while (!kept().empty())
        owe(kept().pop());
}

void TrackPayments::replaced() {
    if (phase_ == Phase::held && sources().reader.complete())
        begin_live();
    go_on(); // the tracker was restarted: it answers
}

void TrackPayments::updated(const Item& item) {
    if (ended())
        return;
    switch (phase_) {
    case Phase::live:
        return owe(item);
    case Phase::held:
        if (item.frame->payment().status == consumer::Status::in_flight)
            return; // will be among the payments in flight, or end
        [[fallthrough]];
    case Phase::asking:
        return kept().push(item);
    case Phase::paused: // the next page will have it
    case Phase::away:
        return;
    }
}

void TrackPayments::state_changed(consumer::State) {
    go_on();
}

void TrackPayments::go_on() {
    if (phase_ == Phase::away && !ended() && sources().reader.state() == consumer::State::active)
        ask();
}

/// The reader need not notice that the tracker did not answer: up to lightningd v24.11 nothing reports that a tracker
/// was killed and started again.
void TrackPayments::go_on_later() {
    phase_ = Phase::away;
    retry_.start(pause_, [this] { go_on(); });
}

void TrackPayments::all_sent() {
    if (phase_ == Phase::paused)
        ask();
}

void TrackPayments::ask() {
    retry_.cancel();
    phase_ = Phase::asking;
    kept().clear();
    sources().reader.page(since_, [this, alive = weak()](const tl::expected<consumer::Page, consumer::Refusal>& page) {
        if (!alive.expired() && !ended())
            answered(page);
    });
}

void TrackPayments::answered(const tl::expected<consumer::Page, consumer::Refusal>& page) {
    if (!page && page.error().kind != consumer::Refusal::Kind::unavailable)
        return end({{GrpcCode::invalid_argument, page.error().message}});
    if (!page && !begun())
        return end({{GrpcCode::unavailable, page.error().message}});
    if (!page) {
        go_on_later();
        pause_ = std::min(pause_ * 2, longest_pause);
        return;
    }
    pause_ = first_pause;
    begin(backlog().delivered());
    const bool held = page->more && *page->cursor == since_; // asking at once would repeat the page
    phase_ = page->more ? Phase::paused : Phase::live;
    since_ = *page->cursor;
    for (const auto& update : page->updates)
        owe({sources().hub.frame(update.payment), update.cursor});
    backlog().pass_over(page->cursor); // there may be no update, or only unwanted ones
    if (!page->more)
        return owe_kept();
    kept().clear(); // the next page will have them
    if (held)
        go_on_later();
    else if (backlog().empty())
        ask();
}

} // namespace lndapi

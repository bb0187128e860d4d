#include "sink/sink.hpp"

#include <algorithm>
#include <utility>

namespace sink {

namespace {

constexpr std::chrono::seconds retry_pause{29};
constexpr std::chrono::seconds limits_pause{1}; // until the limits that were asked for are known

} // namespace

Sink::Sink(io::Loop& loop, jetstream::Stream& stream, base::Log log)
    : log_(std::move(log)),
      stream_(stream),
      delivery_(stream, log_,
                [this](const base::PaymentHash& hash, std::uint64_t index, const Knowledge& stored) {
                    retire(hash, index, stored);
                }),
      retry_(loop),
      check_stream_(loop),
      move_reader_(loop, [this] { move_reader(); }) {}

void Sink::begin(Form form, bool from_beginning) {
    form_ = std::move(form);
    delivery_.set_form(form_);
    from_beginning_ = from_beginning;
    begun_ = true;
    find_position();
}

void Sink::ready() {
    usable_ = true;
    proven_ = false;
    put_back_refused();
    find_position();
}

void Sink::lost() {
    usable_ = false;
    fall_behind();
}

void Sink::state_changed(consumer::State state) {
    if (state == consumer::State::active)
        send();
    else
        fall_behind();
}

void Sink::note_caught_up() {
    if (usable_ && window_.empty() && reader_->following())
        behind_since_.reset();
}

/// What changes from now on may not be known here.
void Sink::fall_behind() {
    if (!behind_since_)
        behind_since_ = window_.empty() ? Clock::now() : window_.oldest();
}

// The tracker's stream

void Sink::updated(const consumer::Update& update) {
    const auto& payment = update.payment;
    asked_about_.erase(payment->payment_index);
    if (payment->status == consumer::Status::in_flight)
        in_flight_[payment->payment_index] = payment;
    else
        in_flight_.erase(payment->payment_index);
    add({.payment = payment, .cursor = update.cursor, .live = update.live});
    send();
}

/// A payment in flight that no missed update showed is published now. One that is not there any more has lost its rows,
/// or goes on under another index.
void Sink::replaced() {
    if (!window_.low())
        window_.set_low(begun_at_ = reader_->cursor());
    if (state_ == State::at_beginning)
        return move_reader_.schedule();
    auto before = std::exchange(in_flight_, reader_->in_flight());
    for (const auto& [index, payment] : in_flight_) {
        const auto old = before.find(index);
        if (old == before.end() || old->second->json != payment->json)
            add({.payment = payment, .cursor = reader_->cursor()});
        if (old != before.end())
            before.erase(old);
    }
    for (const auto& [index, payment] : before) {
        in_flight_[index] = payment;
        if (reader_->complete())
            vanished(payment);
    }
    send();
}

void Sink::vanished(const consumer::SnapshotPtr& payment) {
    const auto knowledge = read_knowledge(*payment);
    retire(payment->payment_hash, payment->payment_index, knowledge ? *knowledge : Knowledge());
}

/// The stream has this payment in flight. If the tracker does not know it under this index, its subject is closed by a
/// deletion. An update that overtakes the answer is newer, and a further question takes the place of this one.
void Sink::retire(const base::PaymentHash& hash, std::uint64_t old_index, const Knowledge& stored) {
    const auto question = ++questions_;
    asked_about_[old_index] = question;
    reader_->lookup(hash, [this, hash, old_index, stored, question](const auto& payments) {
        const auto asked = asked_about_.find(old_index);
        if (asked == asked_about_.end() || asked->second != question)
            return;
        asked_about_.erase(asked);
        if (payments)
            retired(hash, old_index, stored, *payments);
        else if (payments.error().kind == consumer::Refusal::Kind::unknown_hash)
            retired(hash, old_index, stored, {});
        // else the tracker is away: its table is compared again when it is back
    });
}

void Sink::retired(const base::PaymentHash& hash, std::uint64_t old_index, const Knowledge& stored,
                   const std::vector<consumer::SnapshotPtr>& payments) {
    Deletion deletion{hash, old_index, {}, 0};
    for (const auto& attempt : stored.attempts)
        deletion.attempt_ids.push_back(attempt.id);
    for (const auto& payment : payments) {
        if (payment->payment_index == old_index) {
            in_flight_.erase(old_index);
            if (payment->status == consumer::Status::in_flight)
                in_flight_[old_index] = payment;
            add({.payment = payment});
            return send();
        }
        const auto now = read_knowledge(*payment); // its attempts have moved, they are not deleted
        for (const auto& attempt : now ? now->attempts : std::vector<Attempt>())
            std::erase(deletion.attempt_ids, attempt.id);
    }
    in_flight_.erase(old_index);
    add({.payment = nullptr, .deletion = std::move(deletion)});
    send();
}

void Sink::deleted(std::string_view params) {
    auto deletion = decode_deletion(params);
    if (!deletion)
        return log_(base::LogLevel::unusual, "ignoring a message of trackpayments_deleted: " + deletion.error());
    if (window_.length() >= most_changes) {
        if (!std::exchange(deletion_lost_logged_, true))
            log_(base::LogLevel::unusual,
                 "too many deletions wait for the NATS server: further ones are not published");
        return;
    }
    deletion_lost_logged_ = false;
    add({.payment = nullptr, .deletion = *std::move(deletion), .live = true});
    send();
}

void Sink::add(Change change) {
    note_caught_up();
    change.since = Clock::now();
    const bool deletion = !change.payment; // it would come while the reader is paused, too
    window_.add(std::move(change));
    const bool full =
        window_.size() >= most_unacknowledged || window_.bytes() >= most_bytes || window_.length() >= most_changes;
    if (deletion || !full || reader_->paused())
        return;
    reader_->pause();
    fall_behind();
}

// The server

/// After an outage one message shows whether the server stores again, before more are sent. None is sent without a
/// position: it might be the node's last one.
void Sink::send() {
    if (std::exchange(sending_, true))
        return;
    while (usable_ && !asking_ && !remade_ && state_ == State::placed && window_.low() &&
           window_.taken() - refused_.size() < (proven_ ? most_unacknowledged : 1)) {
        const auto id = window_.take();
        if (!id)
            break;
        delivery_.deliver(window_.at(*id), window_.low(), [this, id = *id](auto outcome, const auto& reason) {
            done(id, outcome, reason);
            send();
        });
    }
    sending_ = false;
    if (reader_->paused() || remade_)
        move_reader_.schedule();
    note_caught_up();
}

void Sink::done(Window::Id id, Delivery::Outcome outcome, const std::string& reason) {
    using Outcome = Delivery::Outcome;
    if (outcome == Outcome::lost || outcome == Outcome::refused)
        window_.at(id).refused_bytes = 0; // the server's limits may be others next time
    if (outcome == Outcome::lost) {
        usable_ = false; // lost() follows, when every call has its answer
        return window_.put_back(id);
    }
    if (outcome == Outcome::refused)
        return refused(id, reason);
    proven_ = true;
    ++(outcome == Outcome::stored ? acknowledged_ : already_stored_);
    window_.stored(id);
    if (delivery_.take_went_back()) {
        stream_.refresh_limits();
        check_stream_.start(limits_pause, [this] {
            remade_ = usable_ && stream_.created_ns() != created_ns_;
            send();
        });
    }
    if (refused_.empty())
        problem_.clear();
}

/// It is not left out: the position stays before it.
void Sink::refused(Window::Id id, const std::string& reason) {
    const auto& change = window_.at(id);
    const auto& hash = change.payment ? change.payment->payment_hash : change.deletion.payment_hash;
    const auto problem = "payment " + hash.hex() + " cannot be published: " + reason;
    if (std::exchange(problem_, problem) != problem)
        log_(base::LogLevel::unusual, problem + "; trying again");
    refused_.push_back(id);
    retry_.start(retry_pause, [this] {
        stream_.refresh_limits();
        retry_.start(limits_pause, [this] {
            put_back_refused();
            send();
        });
    });
}

void Sink::put_back_refused() {
    for (const auto id : std::exchange(refused_, {})) {
        window_.at(id).refused_bytes = 0; // the limits may be other ones now
        window_.put_back(id);
    }
}

Sink::Status Sink::status() const {
    Status now;
    now.position = window_.low();
    now.caught_up = usable_ && state_ == State::placed && window_.empty() && reader_->following();
    now.unacknowledged = window_.size();
    if (!now.caught_up && (behind_since_ || !window_.empty()))
        now.lag = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() -
                                                                   (behind_since_ ? *behind_since_ : window_.oldest()));
    now.acknowledged = acknowledged_;
    now.already_stored = already_stored_;
    now.problem = problem_;
    return now;
}

} // namespace sink

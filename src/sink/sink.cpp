#include "sink/sink.hpp"

#include "consumer/decode.hpp"

#include <algorithm>
#include <utility>

namespace sink {

namespace {

constexpr std::chrono::seconds retry_pause{30};
constexpr std::size_t longest_cursor = 255;

/// The cursor of a stored message, if it may be written into a call as it is.
consumer::CursorPtr cursor_in(const jetstream::Message& message) {
    for (const auto& header : message.headers) {
        const auto& text = header.value;
        const bool valid =
            !text.empty() && text.size() <= longest_cursor &&
            std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
        if (header.name == header::cursor && valid)
            return std::make_shared<const std::string>(text);
    }
    return nullptr;
}

} // namespace

Sink::Sink(io::Loop& loop, jetstream::Stream& stream, base::Log log)
    : log_(std::move(log)),
      stream_(stream),
      delivery_(stream, log_,
                [this](const base::PaymentHash& hash, std::uint64_t index, const Knowledge& stored) {
                    retire(hash, index, stored);
                }),
      retry_(loop),
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
    for (const auto id : std::exchange(refused_, {}))
        window_.put_back(id);
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

// Position

/// Also after each outage: a server whose power failed may have lost what it had acknowledged, and so has one that was
/// restored from a backup.
void Sink::find_position() {
    if (!begun_ || !usable_ || asking_ || state_ == State::at_beginning)
        return;
    asking_ = true;
    stream_.last(node_subject(form_), [this](const auto& last) {
        asking_ = false;
        if (!last)
            usable_ = false; // lost() follows
        else if (state_ == State::placed)
            check_place(*last);
        else
            place(*last);
    });
}

void Sink::check_place(const std::optional<jetstream::StoredMessage>& last) {
    if (last && last->sequence < delivery_.last_sequence()) {
        log_(base::LogLevel::unusual, "the server has lost messages of this node: publishing them again");
        return place(last);
    }
    send();
}

void Sink::place(const std::optional<jetstream::StoredMessage>& last) {
    const auto cursor = last ? cursor_in(last->message) : nullptr;
    delivery_.go_back_to(last ? last->sequence : 0);
    if (cursor) {
        constexpr std::int64_t second = 1'000'000'000;
        delivery_.look_for_old_indexes_until(last->time_ns / second);
        log_(base::LogLevel::info, "publishing from the position of the node's last message on");
        return start_at(cursor);
    }
    if (last)
        log_(base::LogLevel::unusual,
             "the node's last message in the stream has no position: looking at all payments of the node again");
    if (!last && !from_beginning_) {
        log_(base::LogLevel::info, "the stream has nothing of this node: publishing from now on");
        state_ = State::placed;
        return send();
    }
    state_ = State::at_beginning;
    move_reader_.schedule();
}

/// The beginning is known from any cursor of the node. What the stream has already is not stored again.
void Sink::move_reader() {
    const auto& cursor = reader_->cursor();
    if (state_ == State::at_beginning && cursor)
        return start_at(std::make_shared<const std::string>(consumer::beginning_of(*cursor)));
    if (window_.size() <= most_unacknowledged / 2 && window_.bytes() <= most_bytes / 2)
        reader_->resume();
}

void Sink::start_at(consumer::CursorPtr cursor) {
    state_ = State::placed;
    window_.clear();
    window_.set_low(cursor);
    in_flight_.clear();
    behind_since_ = Clock::now();
    reader_->start_at(std::move(cursor));
    send(); // deletions that came before
}

// The tracker's stream

void Sink::updated(const consumer::Update& update) {
    const auto& payment = update.payment;
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
        window_.set_low(reader_->cursor());
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
/// deletion.
void Sink::retire(const base::PaymentHash& hash, std::uint64_t old_index, const Knowledge& stored) {
    reader_->lookup(hash, [this, hash, old_index, stored](const auto& payments) {
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
    if (window_.size() >= most_changes) {
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
    window_.add(std::move(change));
    if ((window_.size() < most_unacknowledged && window_.bytes() < most_bytes) || reader_->paused())
        return;
    reader_->pause();
    fall_behind();
}

// The server

/// After an outage one message shows whether the server stores again, before more are sent.
void Sink::send() {
    if (std::exchange(sending_, true))
        return;
    while (usable_ && !asking_ && state_ == State::placed &&
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
    if (reader_->paused())
        move_reader_.schedule();
    note_caught_up();
}

void Sink::done(Window::Id id, Delivery::Outcome outcome, const std::string& reason) {
    using Outcome = Delivery::Outcome;
    if (outcome == Outcome::lost) {
        usable_ = false; // lost() follows, when every call has its answer
        return window_.put_back(id);
    }
    if (outcome == Outcome::refused)
        return refused(id, reason);
    proven_ = true;
    ++(outcome == Outcome::stored ? acknowledged_ : already_stored_);
    window_.stored(id);
    if (refused_.empty())
        problem_.clear();
}

/// It is not left out: the position stays before it.
void Sink::refused(Window::Id id, const std::string& reason) {
    if (std::exchange(problem_, reason) != reason)
        log_(base::LogLevel::unusual, "a payment cannot be published: " + reason + "; trying again");
    refused_.push_back(id);
    retry_.start(retry_pause, [this] {
        for (const auto again : std::exchange(refused_, {}))
            window_.put_back(again);
        send();
    });
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

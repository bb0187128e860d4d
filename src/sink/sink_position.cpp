// Where the sink goes on: the node's last message in the stream says it.
#include "consumer/decode.hpp"
#include "sink/sink.hpp"

#include <algorithm>

namespace sink {

namespace {

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
    if (stream_.created_ns() != created_ns_ && delivery_.last_sequence() > 0)
        return begin_again(last.has_value());
    if (last && last->sequence < delivery_.last_sequence()) {
        log_(base::LogLevel::unusual, "the server has lost messages of this node: publishing them again");
        return place(last);
    }
    send();
}

/// The stream was made again, or restored: it may lack what this run has stored before, whatever its messages say.
void Sink::begin_again(bool has_messages) {
    remade_ = false;
    log_(base::LogLevel::unusual, "the stream was made again: publishing what it lost, as far as this run knows");
    delivery_.go_back_to(0);
    created_ns_ = stream_.created_ns();
    if (!from_beginning_ && !has_messages)
        return start_at(begun_at_);
    state_ = State::at_beginning;
    move_reader_.schedule();
}

void Sink::place(const std::optional<jetstream::StoredMessage>& last) {
    const auto cursor = last ? cursor_in(last->message) : nullptr;
    delivery_.go_back_to(last ? last->sequence : 0);
    created_ns_ = stream_.created_ns();
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
    if (remade_ && window_.taken() == refused_.size()) {
        put_back_refused();
        return begin_again(false);
    }
    if (state_ == State::at_beginning && cursor)
        return start_at(std::make_shared<const std::string>(consumer::beginning_of(*cursor)));
    if (window_.size() <= most_unacknowledged / 2 && window_.bytes() <= most_bytes / 2 &&
        window_.length() < most_changes)
        reader_->resume();
}

void Sink::start_at(consumer::CursorPtr cursor) {
    state_ = State::placed;
    window_.clear();
    window_.set_low(cursor);
    begun_at_ = cursor;
    in_flight_.clear();
    behind_since_ = Clock::now();
    reader_->start_at(std::move(cursor));
    send(); // deletions that came before
}

} // namespace sink

#include "io/outbox.hpp"

#include <utility>

namespace io {

void Outbox::push(std::string message, Lane lane) {
    queued_ += message.size();
    (lane == Lane::urgent ? urgent_ : ordinary_).push_back(std::move(message));
}

bool Outbox::begin_queued() {
    for (auto* lane : {&urgent_, &ordinary_}) {
        if (lane->empty())
            continue;
        begun_ += lane->front();
        queued_ -= lane->front().size();
        lane->pop_front();
        return true;
    }
    return false;
}

bool Outbox::begin_next() {
    if (begin_queued())
        return true;
    if (!source_)
        return false;
    return source_(begun_) || begin_queued(); // it may have pushed something instead: a log line
}

/// Not while more is left than was written: of a large message each chunk would move all that is left.
void Outbox::forget_written() {
    if (begun_.size() - written_ > written_)
        return;
    begun_.erase(0, std::exchange(written_, 0));
    if (begun_.empty() && begun_.capacity() > kept)
        begun_ = {};
}

std::string_view Outbox::take(std::size_t limit) {
    forget_written();
    while (begun_.size() - written_ < limit && begin_next()) {
    }
    const auto chunk = std::string_view(begun_).substr(written_, limit);
    written_ += chunk.size();
    return chunk;
}

std::string* Outbox::room() {
    if (!urgent_.empty() || !ordinary_.empty())
        return nullptr;
    forget_written(); // before there is more to move
    return &begun_;
}

void Outbox::clear() {
    urgent_.clear();
    ordinary_.clear();
    begun_ = {};
    written_ = 0;
    queued_ = 0;
}

} // namespace io

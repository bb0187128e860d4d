#include "io/outbox.hpp"

#include <algorithm>
#include <utility>

namespace io {

void Outbox::push(std::string message, Lane lane) {
    queued_ += message.size();
    (lane == Lane::urgent ? urgent_ : ordinary_).push_back(std::move(message));
}

bool Outbox::begin_queued() {
    written_ = 0;
    for (auto* lane : {&urgent_, &ordinary_}) {
        if (lane->empty())
            continue;
        begun_ = std::move(lane->front());
        lane->pop_front();
        return true;
    }
    begun_.clear();
    return false;
}

bool Outbox::begin_next() {
    if (begin_queued())
        return true;
    if (!source_)
        return false;
    auto message = source_();
    if (!message)
        return begin_queued(); // the source may have pushed something instead: a log line
    begun_ = std::move(*message);
    queued_ += begun_.size();
    return true;
}

std::string Outbox::take(std::size_t limit) {
    std::string chunk;
    while (chunk.size() < limit) {
        if (written_ == begun_.size() && !begin_next())
            break;
        const std::size_t n = std::min(limit - chunk.size(), begun_.size() - written_);
        chunk.append(begun_, written_, n);
        written_ += n;
        queued_ -= n;
    }
    return chunk;
}

void Outbox::clear() {
    urgent_.clear();
    ordinary_.clear();
    begun_.clear();
    written_ = 0;
    queued_ = 0;
}

} // namespace io

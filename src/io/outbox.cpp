#include "io/outbox.hpp"

#include <utility>

namespace io {

void Outbox::push(std::string message, Priority priority) {
    queued_ += message.size();
    (priority == Priority::urgent ? urgent_ : ordinary_).push_back(std::move(message));
}

bool Outbox::begin_queued() {
    for (auto* queue : {&urgent_, &ordinary_}) {
        if (queue->empty())
            continue;
        buffer_ += queue->front();
        queued_ -= queue->front().size();
        queue->pop_front();
        return true;
    }
    return false;
}

bool Outbox::begin_next() {
    if (begin_queued())
        return true;
    if (!source_)
        return false;
    return source_(buffer_) || begin_queued(); // the source may have pushed a message instead, such as a log line
}

/// Waits until at least half of the buffer is written: else each chunk of a large message would move the whole rest.
void Outbox::drop_written() {
    if (buffer_.size() - written_ > written_)
        return;
    buffer_.erase(0, std::exchange(written_, 0));
    if (buffer_.empty() && buffer_.capacity() > kept_)
        std::string().swap(buffer_); // an assignment would keep the memory
}

std::string_view Outbox::take(std::size_t limit) {
    drop_written();
    while (buffer_.size() - written_ < limit && begin_next()) {
    }
    const auto chunk = std::string_view(buffer_).substr(written_, limit);
    written_ += chunk.size();
    return chunk;
}

std::string* Outbox::append_buffer() {
    if (!urgent_.empty() || !ordinary_.empty())
        return nullptr;
    drop_written(); // before there is more to move
    return &buffer_;
}

void Outbox::clear() {
    urgent_.clear();
    ordinary_.clear();
    std::string().swap(buffer_);
    written_ = 0;
    queued_ = 0;
}

} // namespace io

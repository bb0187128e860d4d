#include "rpc/framer.hpp"

#include "json/members.hpp"

#include <algorithm>

namespace rpc {

void Framer::feed(std::string_view bytes) {
    if (!refusal_.empty()) { // the scanned part is not needed any more
        refused_bytes_ += at_ - begin_;
        begin_ = at_;
    }
    drop_consumed();
    buffer_.append(bytes);
}

void Framer::drop_consumed() {
    const auto left = buffer_.size() - begin_;
    if (buffer_.capacity() > buffer_kept && left < buffer_kept / 2)
        std::string(buffer_, begin_).swap(buffer_); // a move would keep the memory
    else if (left == 0)
        buffer_.clear();
    else if (begin_ > 0)
        buffer_.erase(0, begin_);
    at_ -= begin_;
    begin_ = 0;
}

Framer::Result Framer::skip_garbage() {
    at_ = std::min(buffer_.find('{', at_), buffer_.size());
    begin_ = at_;
    return {Result::Kind::skipped, "bytes outside a JSON object", {}};
}

void Framer::refuse(std::string_view why) {
    if (!refusal_.empty())
        return;
    refusal_ = why;
    head_ = buffer_.substr(begin_, std::min(at_ - begin_, head_kept));
}

Framer::Result Framer::finish() {
    const std::string_view text = std::string_view(buffer_).substr(begin_, at_ - begin_);
    begin_ = at_;
    refused_bytes_ = 0;
    if (refusal_.empty())
        return {Result::Kind::message, text, {}, brackets_.only_inner(buffer_)};
    const Result result{Result::Kind::skipped, refusal_, head_};
    refusal_ = {};
    return result;
}

Framer::Result Framer::next() {
    if (!inside()) {
        at_ = json::skip_space(buffer_, at_);
        begin_ = at_;
        if (at_ == buffer_.size())
            return {Result::Kind::more, {}, {}};
        if (buffer_[at_] != '{')
            return skip_garbage();
        brackets_.reset();
    }
    const auto end = brackets_.run(buffer_, at_);
    at_ = std::min(end, buffer_.size());
    if (brackets_.deepest() > max_depth)
        refuse("a message nested deeper than 128 levels");
    if (refused_bytes_ + (at_ - begin_) > max_message)
        refuse("a message longer than 64 MiB");
    if (end != json::BracketScanner::open_end)
        return finish();
    if (refused_bytes_ + (at_ - begin_) > max_skipped)
        return {Result::Kind::lost, "a message that does not end within 1 GiB", {}};
    return {Result::Kind::more, {}, {}};
}

} // namespace rpc

#include "lndapi/call.hpp"

#include <utility>

namespace lndapi {

namespace {

/// A program that tries one rune after the other waits so long for each answer.
constexpr std::chrono::seconds slow_answer{1};

} // namespace

Call::Call(io::Loop& loop, http::Exchange& exchange, std::unique_ptr<const Output> output)
    : exchange_(exchange),
      output_(std::move(output)),
      deadline_(loop),
      later_(loop),
      loop_(loop),
      self_(std::make_shared<Call*>(this)) {}

void Call::begin(const consumer::CursorPtr& cursor, std::optional<std::size_t> json_bytes) {
    if (state_ != State::waiting)
        return;
    state_ = State::sending;
    exchange_.respond(200, output_->headers(cursor, json_bytes));
    ready_ = output_->preface(cursor);
    if (output_->keep_alive())
        await_silence();
}

void Call::await_silence() {
    if (!silence_)
        silence_.emplace(loop_);
    silence_->start(output_->keep_alive()->every, [this] {
        quiet_ = true;
        resume();
        await_silence();
    });
}

void Call::end(Failure end) {
    if (state_ == State::ending)
        return;
    deadline_.cancel();
    later_.cancel();
    silence_.reset();
    if (state_ == State::waiting && end.status.code != GrpcCode::ok) {
        failed_ = true;
        ready_ = output_->fail(exchange_, end);
    } else {
        begin(nullptr);
        silence_.reset();
    }
    if (end.status.code != GrpcCode::ok)
        drop();
    state_ = State::ending;
    end_ = std::move(end);
    resume();
}

void Call::cut(Failure end) {
    if (!ended() || end_.status.code != GrpcCode::ok)
        return this->end(std::move(end));
    drop();
    end_ = std::move(end);
    resume();
}

void Call::refuse(const Failure& failure) {
    ++counts_->refused;
    exchange_.refused();
    if (!exchange_.slowed())
        return end(failure);
    after(slow_answer, [this, failure] { end(failure); });
}

void Call::end_after(std::chrono::nanoseconds timeout) {
    // Rounded up: a call must not end before its time.
    deadline_.start(std::chrono::ceil<std::chrono::milliseconds>(timeout), [this] {
        end({{GrpcCode::deadline_exceeded, "context deadline exceeded"}});
    });
}

void Call::after(std::chrono::milliseconds time, std::function<void()> then) {
    if (!ended())
        later_.start(time, std::move(then));
}

http::Pull Call::pull(std::string& out, std::size_t most) {
    const auto before = out.size();
    out.append(std::exchange(ready_, {}));
    if (failed_)
        return http::Pull::end;
    for (; out.size() - before < most;)
        if (!next(out)) {
            if (!ended()) {
                if (std::exchange(quiet_, false) && out.size() == before)
                    out.append(output_->keep_alive()->text);
                return http::Pull::later;
            }
            output_->end(out, end_);
            return http::Pull::end;
        }
    return http::Pull::more;
}

http::Headers Call::trailers() {
    return output_->trailers(end_, cursor());
}

void Call::stopping() {
    end({{GrpcCode::unknown, "routerrpc server shutting down"}});
}

} // namespace lndapi

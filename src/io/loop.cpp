#include "io/loop.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace io {

Loop::Loop() : input_buffer_(std::make_unique_for_overwrite<char[]>(read_limit)) {
    (void)std::signal(SIGPIPE, SIG_IGN); // fails only for unknown signals
    uv_loop_init(&loop_);
    loop_.data = this;
    uv_prepare_init(&loop_, &before_polling_);
}

Loop::~Loop() {
    uv_close(reinterpret_cast<uv_handle_t*>(&before_polling_), nullptr);
    do // only close callbacks are left; a pending stop() would end the first run at once
        uv_run(&loop_, UV_RUN_DEFAULT);
    while (uv_loop_alive(&loop_));
    uv_loop_close(&loop_);
}

void Loop::run() {
    uv_run(&loop_, UV_RUN_DEFAULT);
}

void Loop::turn(bool wait) {
    uv_run(&loop_, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void Loop::stop() {
    uv_stop(&loop_);
}

void Loop::EndOfTurn::schedule() {
    if (std::exchange(scheduled_, true))
        return;
    loop_.due_.push_back(this);
    // Started only while there is work: it would keep the loop running.
    uv_prepare_start(&loop_.before_polling_, [](uv_prepare_t* handle) { of(handle->loop).end_turn(); });
}

void Loop::EndOfTurn::cancel() {
    if (std::exchange(scheduled_, false))
        std::replace(loop_.due_.begin(), loop_.due_.end(), this, static_cast<EndOfTurn*>(nullptr));
}

void Loop::end_turn() {
    for (std::size_t i = 0; i < due_.size(); ++i) // a callback may add more, for which the loop must not wait
        if (auto* work = due_[i]) {
            due_[i] = nullptr;
            work->scheduled_ = false;
            const auto callback = work->callback_; // a copy: it may destroy the work
            callback();
        }
    due_.clear();
    uv_prepare_stop(&before_polling_);
}

} // namespace io

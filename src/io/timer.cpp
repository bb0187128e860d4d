#include "io/timer.hpp"

#include <utility>

namespace io {

struct Timer::State {
    uv_timer_t handle{};
    std::function<void()> callback;
};

Timer::Timer(Loop& loop) : state_(new State) {
    uv_timer_init(loop.raw(), &state_->handle);
    state_->handle.data = state_;
}

Timer::~Timer() {
    state_->callback = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle),
             [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void Timer::start(std::chrono::milliseconds after, std::function<void()> callback) {
    state_->callback = std::move(callback);
    // libuv counts from the start of the turn; a long turn would make the timer fire too soon.
    uv_update_time(state_->handle.loop);
    // And with zero, a timer started again from its own callback would fire before the loop gets to read anything.
    const auto ms = after.count() < 1 ? 1 : static_cast<std::uint64_t>(after.count());
    uv_timer_start(
        &state_->handle,
        [](uv_timer_t* handle) {
            auto* state = static_cast<State*>(handle->data);
            // Moved out first: the callback may restart or destroy this timer.
            const auto fired = std::exchange(state->callback, nullptr);
            if (fired)
                fired();
        },
        ms, 0);
}

void Timer::cancel() {
    state_->callback = nullptr;
    uv_timer_stop(&state_->handle);
}

bool Timer::armed() const {
    return uv_is_active(reinterpret_cast<const uv_handle_t*>(&state_->handle)) != 0;
}

} // namespace io

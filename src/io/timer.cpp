#include "io/timer.hpp"

#include <utility>

namespace io {

struct Timer::State {
    uv_timer_t timer{};
    // For "in the next turn". A timer of zero restarted from its own callback would fire before the loop reads any
    // input; one of a millisecond would be a millisecond late.
    uv_idle_t next_turn{};
    int open_handles = 2;
    std::function<void()> callback;

    void fire() {
        // Moved out first: the callback may restart or destroy this timer.
        const auto fired = std::exchange(callback, nullptr);
        if (fired)
            fired();
    }
};

Timer::Timer(Loop& loop) : state_(new State) {
    uv_timer_init(loop.raw(), &state_->timer);
    uv_idle_init(loop.raw(), &state_->next_turn);
    state_->timer.data = state_;
    state_->next_turn.data = state_;
}

Timer::~Timer() {
    state_->callback = nullptr;
    const auto closed = [](uv_handle_t* handle) {
        auto* state = static_cast<State*>(handle->data);
        if (--state->open_handles == 0)
            delete state;
    };
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->timer), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->next_turn), closed);
}

void Timer::start(std::chrono::milliseconds after, std::function<void()> callback) {
    cancel();
    state_->callback = std::move(callback);
    if (after.count() <= 0) {
        uv_idle_start(&state_->next_turn, [](uv_idle_t* handle) {
            uv_idle_stop(handle);
            static_cast<State*>(handle->data)->fire();
        });
        return;
    }
    // libuv counts from the start of the turn; a long turn would make the timer fire too soon.
    uv_update_time(state_->timer.loop);
    uv_timer_start(
        &state_->timer, [](uv_timer_t* handle) { static_cast<State*>(handle->data)->fire(); },
        static_cast<std::uint64_t>(after.count()), 0);
}

void Timer::cancel() {
    state_->callback = nullptr;
    uv_timer_stop(&state_->timer);
    uv_idle_stop(&state_->next_turn);
}

bool Timer::armed() const {
    return uv_is_active(reinterpret_cast<const uv_handle_t*>(&state_->timer)) != 0 ||
           uv_is_active(reinterpret_cast<const uv_handle_t*>(&state_->next_turn)) != 0;
}

} // namespace io

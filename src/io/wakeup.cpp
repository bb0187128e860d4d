#include "io/wakeup.hpp"

#include <utility>

namespace io {

struct Wakeup::State {
    uv_async_t async{};
    std::function<void()> callback;
};

Wakeup::Wakeup(Loop& loop, std::function<void()> callback) : state_(new State) {
    state_->callback = std::move(callback);
    uv_async_init(loop.raw(), &state_->async, [](uv_async_t* handle) {
        const auto woken = static_cast<State*>(handle->data)->callback; // a copy: it may destroy the wakeup
        if (woken)
            woken();
    });
    state_->async.data = state_;
}

Wakeup::~Wakeup() {
    state_->callback = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->async),
             [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void Wakeup::signal() {
    uv_async_send(&state_->async);
}

} // namespace io

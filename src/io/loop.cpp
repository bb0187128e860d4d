#include "io/loop.hpp"

#include <csignal>

namespace io {

Loop::Loop() {
    (void)std::signal(SIGPIPE, SIG_IGN); // fails only for unknown signals
    uv_loop_init(&loop_);
}

Loop::~Loop() {
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

} // namespace io

#include "io/loop.hpp"

#include <csignal>

namespace io {

Loop::Loop() {
    std::signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&loop_);
}

Loop::~Loop() {
    uv_run(&loop_, UV_RUN_DEFAULT); // only close callbacks are left
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

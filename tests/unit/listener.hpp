// A unix socket that accepts every connection.
#pragma once

#include "io/stream.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace unit {

class Listener {
  public:
    using Accept = std::function<void(std::unique_ptr<io::Stream>)>;

    Listener(io::Loop& loop, const std::string& path, Accept accept) : state_(new State{{}, std::move(accept)}) {
        auto* stream = reinterpret_cast<uv_stream_t*>(&state_->handle);
        uv_pipe_init(loop.raw(), &state_->handle, 0);
        state_->handle.data = state_;
        if (uv_pipe_bind(&state_->handle, path.c_str()) != 0 || uv_listen(stream, 64, on_connection) != 0)
            throw std::runtime_error("no socket for the test");
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// Removes the socket too.
    ~Listener() {
        uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle),
                 [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
    }

  private:
    struct State {
        uv_pipe_t handle;
        Accept accept;
    };

    static void on_connection(uv_stream_t* server, int status) {
        if (status == 0)
            static_cast<State*>(server->data)->accept(io::Stream::accept(server));
    }

    State* state_;
};

} // namespace unit

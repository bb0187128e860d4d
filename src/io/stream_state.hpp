// The state of a stream while libuv refers to it, and the code that moves its bytes. Used inside the stream only.
#pragma once

#include "io/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace io {

/// libuv does not change the bytes it is given to write.
inline uv_buf_t buffer_of(std::string_view bytes) {
    auto* base = const_cast<char*>(bytes.data()); // NOLINT(cppcoreguidelines-pro-type-const-cast)
    return uv_buf_init(base, static_cast<unsigned>(bytes.size()));
}

inline std::string system_error() {
    return uv_strerror(uv_translate_sys_error(errno)); // strerror() is not thread-safe
}

struct Stream::State {
    explicit State(Loop& its_loop) : loop(its_loop), flush(its_loop, [this] { pump(); }) {}

    // A regular file is always readable: an idle handle stands in for its poll.
    enum class Kind { pipe, tty, tcp, file };
    Loop& loop;
    Kind kind = Kind::pipe;
    int fd = -1;
    union Handle {
        uv_handle_t any;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tty_t tty;
        uv_tcp_t tcp;
        uv_idle_t idle;
    } handle{};
    uv_idle_t next_turn{};
    int handles = 2;   // still open in libuv
    bool alive = true; // false once the Stream is destroyed
    bool connected = true;
    bool broken = false;           // writing failed: the reader is gone
    bool writing = false;          // libuv is writing a chunk of the outbox
    bool taking = false;           // inside outbox.take(), whose source may write more
    std::size_t being_written = 0; // bytes given to libuv
    uv_write_t write_request{};
    uv_connect_t connect_request{};
    Outbox outbox;
    Loop::EndOfTurn flush;
    OnBytes on_bytes;
    OnEnd on_end;
    OnConnect on_connect;
    std::function<void()> drained;

    void init() {
        switch (kind) {
        case Kind::pipe:
            uv_pipe_init(loop.raw(), &handle.pipe, 0);
            break;
        case Kind::tty:
            uv_tty_init(loop.raw(), &handle.tty, fd, 0);
            break;
        case Kind::tcp:
            uv_tcp_init(loop.raw(), &handle.tcp);
            break;
        case Kind::file:
            uv_idle_init(loop.raw(), &handle.idle);
            break;
        }
        uv_idle_init(loop.raw(), &next_turn);
        handle.any.data = next_turn.data = this;
    }

    void end(const std::string& reason) {
        stop();
        on_bytes = nullptr;
        if (const auto callback = std::exchange(on_end, nullptr))
            callback(reason);
    }

    void stop() {
        if (kind == Kind::file)
            uv_idle_stop(&handle.idle);
        else
            uv_read_stop(&handle.stream);
    }

    void deliver(std::string_view bytes) {
        const auto callback = on_bytes; // a copy: the callback may replace or destroy it
        if (callback)
            callback(bytes);
    }

    void deliver_file() {
        const auto n = ::read(fd, loop.input_buffer(), read_limit);
        if (n > 0)
            deliver({loop.input_buffer(), static_cast<std::size_t>(n)});
        else if (n == 0 || errno != EINTR)
            end(n == 0 ? std::string() : system_error());
    }

    void write_file() {
        for (auto bytes = take(); !bytes.empty();) {
            const auto n = ::write(fd, bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return fail_writing();
            bytes.remove_prefix(static_cast<std::size_t>(n));
            if (bytes.empty())
                bytes = take();
        }
    }

    std::string_view take() {
        taking = true;
        const auto bytes = outbox.take(write_limit);
        taking = false;
        return bytes;
    }

    void fail_writing() {
        broken = true;
        outbox.set_source(nullptr);
        outbox.clear();
    }

    [[nodiscard]] bool can_write() const { return connected && !writing && !broken && !taking; }

    /// Writes a chunk. If the system does not take all of it at once, libuv waits for the reader.
    void pump() {
        if (taking)
            return;
        if (!can_write())
            return settle();
        if (kind == Kind::file) {
            write_file();
            return settle();
        }
        const auto chunk = take();
        if (chunk.empty())
            return settle();
        auto buf = buffer_of(chunk);
        const int done = uv_try_write(&handle.stream, &buf, 1);
        if (done < 0 && done != UV_EAGAIN) {
            fail_writing();
            return settle();
        }
        const auto rest = chunk.substr(static_cast<std::size_t>(std::max(done, 0)));
        if (!rest.empty())
            write_when_there_is_room(rest);
        else if (chunk.size() == write_limit)
            pump_in_next_turn(); // a fast reader must not keep the loop here
        else
            settle();
    }

    void write_when_there_is_room(std::string_view bytes) {
        writing = true;
        being_written = bytes.size();
        write_request.data = this;
        auto buf = buffer_of(bytes);
        const int rc = uv_write(&write_request, &handle.stream, &buf, 1, [](uv_write_t* request, int status) {
            auto* state = static_cast<State*>(request->data);
            state->writing = false;
            state->being_written = 0;
            if (!state->alive)
                return;
            if (status < 0)
                state->fail_writing();
            state->pump();
        });
        if (rc < 0) {
            writing = false;
            being_written = 0;
            fail_writing();
            settle();
        }
    }

    /// The loop does not wait for other events meanwhile.
    void pump_in_next_turn() {
        uv_idle_start(&next_turn, [](uv_idle_t* idle) {
            uv_idle_stop(idle);
            static_cast<State*>(idle->data)->pump();
        });
    }

    void settle() {
        if (!writing)
            outbox.drop_written();
        if (drained && !writing && (broken || (connected && outbox.queued_bytes() == 0)))
            std::exchange(drained, nullptr)();
    }
};

} // namespace io

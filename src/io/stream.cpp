#include "io/stream.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

namespace io {

namespace {

std::string system_words() {
    return uv_strerror(uv_translate_sys_error(errno)); // strerror() shares a buffer
}

} // namespace

struct Stream::State {
    // A regular file is always readable: an idle handle stands in for its poll.
    enum class Kind { pipe, tty, tcp, file };
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
    bool alive = true; // false once the owner let go
    bool connected = true;
    bool broken = false; // writing failed: the reader is gone
    bool writing = false;
    bool taking = false; // the outbox is being asked: its source may say new things meanwhile
    std::string chunk;   // belongs to libuv while writing
    uv_write_t write_request{};
    uv_connect_t connect_request{};
    std::array<char, write_limit> buffer{};
    Outbox outbox;
    OnBytes on_bytes;
    OnEnd on_end;
    OnConnect on_connect;
    std::function<void()> drained;

    void init(Loop& loop) {
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
        handle.any.data = this;
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

    void read_file() {
        const auto n = ::read(fd, buffer.data(), buffer.size());
        if (n > 0)
            deliver({buffer.data(), static_cast<std::size_t>(n)});
        else if (n == 0 || errno != EINTR)
            end(n == 0 ? std::string() : system_words());
    }

    void write_file() {
        for (std::string bytes = take(); !bytes.empty(); bytes = take()) {
            std::size_t done = 0;
            while (done < bytes.size()) {
                const auto n = ::write(fd, bytes.data() + done, bytes.size() - done);
                if (n < 0 && errno == EINTR)
                    continue;
                if (n < 0) {
                    fail_writing();
                    return;
                }
                done += static_cast<std::size_t>(n);
            }
        }
    }

    std::string take() {
        taking = true;
        std::string bytes = outbox.take(write_limit);
        taking = false;
        return bytes;
    }

    void fail_writing() {
        broken = true;
        outbox.set_source(nullptr);
        outbox.clear();
    }

    void pump() {
        if (taking)
            return;
        if (writing || broken || !connected)
            return settle();
        if (kind == Kind::file) {
            write_file();
            return settle();
        }
        chunk = take();
        if (chunk.empty())
            return settle();
        writing = true;
        auto buf = uv_buf_init(chunk.data(), static_cast<unsigned>(chunk.size()));
        write_request.data = this;
        const int rc = uv_write(&write_request, &handle.stream, &buf, 1, [](uv_write_t* request, int status) {
            auto* state = static_cast<State*>(request->data);
            state->writing = false;
            if (!state->alive)
                return;
            if (status < 0)
                state->fail_writing();
            state->pump();
        });
        if (rc < 0) {
            writing = false;
            fail_writing();
            settle();
        }
    }

    void settle() {
        if (drained && !writing && (broken || (connected && outbox.queued_bytes() == 0)))
            std::exchange(drained, nullptr)();
    }
};

Stream::Stream(State* state) : state_(state) {}

tl::expected<std::unique_ptr<Stream>, std::string> Stream::open(Loop& loop, int fd) {
    using Kind = State::Kind;
    if (::fcntl(fd, F_GETFD) < 0)
        return tl::unexpected(system_words());
    auto state = std::make_unique<State>();
    state->fd = fd;
    switch (uv_guess_handle(fd)) {
    case UV_TTY:
        state->kind = Kind::tty;
        break;
    case UV_NAMED_PIPE:
        state->kind = Kind::pipe;
        break;
    case UV_TCP:
        state->kind = Kind::tcp;
        break;
    default: // files and character devices; everything else libuv does not know
        state->kind = Kind::file;
        break;
    }
    state->init(loop);
    int rc = 0;
    if (state->kind == Kind::pipe)
        rc = uv_pipe_open(&state->handle.pipe, fd);
    else if (state->kind == Kind::tcp)
        rc = uv_tcp_open(&state->handle.tcp, fd);
    if (rc < 0)
        state->fd = -1; // stays the caller's
    std::unique_ptr<Stream> stream(new Stream(state.release()));
    if (rc < 0)
        return tl::unexpected(std::string(uv_strerror(rc)));
    return stream;
}

std::unique_ptr<Stream> Stream::connect(Loop& loop, const std::string& path, OnConnect done) {
    auto owned = std::make_unique<State>();
    const bool too_long = path.size() >= sizeof(sockaddr_un::sun_path); // libuv would cut it and knock at another door
    if (too_long)
        owned->kind = State::Kind::file;
    owned->init(loop);
    owned->connected = false;
    owned->on_connect = std::move(done);
    owned->connect_request.data = owned.get();
    auto* state = owned.release();
    if (too_long) {
        uv_idle_start(&state->handle.idle, [](uv_idle_t* handle) {
            uv_idle_stop(handle);
            if (const auto callback = std::exchange(static_cast<State*>(handle->data)->on_connect, nullptr))
                callback("the path is longer than a unix socket's may be");
        });
        return std::unique_ptr<Stream>(new Stream(state));
    }
    uv_pipe_connect(&state->connect_request, &state->handle.pipe, path.c_str(), [](uv_connect_t* request, int status) {
        auto* self = static_cast<State*>(request->data);
        if (!self->alive)
            return;
        self->connected = status == 0;
        if (const auto callback = std::exchange(self->on_connect, nullptr))
            callback(status == 0 ? std::string() : std::string(uv_strerror(status)));
        // The callback may have destroyed the stream; its memory stays until the close callback.
        if (self->alive)
            self->pump();
    });
    return std::unique_ptr<Stream>(new Stream(state));
}

std::unique_ptr<Stream> Stream::accept(uv_stream_t* listener) {
    auto state = std::make_unique<State>();
    uv_pipe_init(listener->loop, &state->handle.pipe, 0);
    state->handle.any.data = state.get();
    const int rc = uv_accept(listener, &state->handle.stream);
    std::unique_ptr<Stream> stream(new Stream(state.release()));
    return rc < 0 ? nullptr : std::move(stream);
}

Stream::~Stream() {
    state_->alive = false;
    state_->on_bytes = nullptr;
    state_->on_end = nullptr;
    state_->on_connect = nullptr;
    state_->drained = nullptr;
    state_->outbox.set_source(nullptr);
    // libuv closes what is its own; a file is not, and of a terminal it opens its own. 0, 1 and 2 stay open, as in
    // libuv.
    int libuvs = -1;
    uv_fileno(&state_->handle.any, &libuvs);
    if (state_->fd > STDERR_FILENO && state_->fd != libuvs)
        ::close(state_->fd);
    uv_close(&state_->handle.any, [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void Stream::read(OnBytes on_bytes, OnEnd on_end) {
    state_->on_bytes = std::move(on_bytes);
    state_->on_end = std::move(on_end);
    if (state_->kind == State::Kind::file) {
        uv_idle_start(&state_->handle.idle, [](uv_idle_t* handle) { static_cast<State*>(handle->data)->read_file(); });
        return;
    }
    const int rc = uv_read_start(
        &state_->handle.stream,
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buf) {
            auto& buffer = static_cast<State*>(handle->data)->buffer;
            *buf = uv_buf_init(buffer.data(), static_cast<unsigned>(buffer.size()));
        },
        [](uv_stream_t* stream, ssize_t n, const uv_buf_t*) {
            auto* state = static_cast<State*>(stream->data);
            if (!state->alive)
                return;
            if (n > 0)
                state->deliver({state->buffer.data(), static_cast<std::size_t>(n)});
            else if (n < 0)
                state->end(n == UV_EOF ? std::string() : std::string(uv_strerror(static_cast<int>(n))));
        });
    if (rc < 0 && rc != UV_EALREADY) // the writing end of a pipe, for instance
        state_->end(uv_strerror(rc));
}

void Stream::stop_reading() {
    state_->stop();
}

void Stream::write(std::string message, Lane lane) {
    if (state_->broken)
        return;
    state_->outbox.push(std::move(message), lane);
    state_->pump();
}

void Stream::set_source(Outbox::Source source) {
    state_->outbox.set_source(std::move(source));
}

void Stream::nudge() {
    state_->pump();
}

std::size_t Stream::queued_bytes() const {
    return state_->outbox.queued_bytes() + (state_->writing ? state_->chunk.size() : 0);
}

void Stream::when_drained(std::function<void()> drained) {
    state_->drained = std::move(drained);
    state_->pump();
}

} // namespace io

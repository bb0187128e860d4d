#include "io/stream_state.hpp"
#include "io/tcp_listener.hpp"

#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace io {

Stream::Stream(State* state) : state_(state) {}

tl::expected<std::unique_ptr<Stream>, std::string> Stream::open(Loop& loop, int fd) {
    using Kind = State::Kind;
    if (::fcntl(fd, F_GETFD) < 0)
        return tl::unexpected(system_error());
    auto state = std::make_unique<State>(loop);
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
    default: // files, character devices and everything libuv does not know
        state->kind = Kind::file;
        break;
    }
    state->init();
    int rc = 0;
    if (state->kind == Kind::pipe)
        rc = uv_pipe_open(&state->handle.pipe, fd);
    else if (state->kind == Kind::tcp)
        rc = uv_tcp_open(&state->handle.tcp, fd);
    if (rc < 0)
        state->fd = -1; // the caller still owns it
    std::unique_ptr<Stream> stream(new Stream(state.release()));
    if (rc < 0)
        return tl::unexpected(std::string(uv_strerror(rc)));
    return stream;
}

std::unique_ptr<Stream> Stream::connect(Loop& loop, const std::string& path, OnConnect done) {
    auto owned = std::make_unique<State>(loop);
    const bool too_long = path.size() >= sizeof(sockaddr_un::sun_path); // libuv would truncate it
    if (too_long)
        owned->kind = State::Kind::file;
    owned->init();
    owned->connected = false;
    owned->on_connect = std::move(done);
    owned->connect_request.data = owned.get();
    auto* state = owned.release();
    if (too_long) {
        uv_idle_start(&state->handle.idle, [](uv_idle_t* handle) {
            uv_idle_stop(handle);
            if (const auto callback = std::exchange(static_cast<State*>(handle->data)->on_connect, nullptr))
                callback("the path is too long for a Unix socket");
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
    auto state = std::make_unique<State>(Loop::of(listener->loop));
    state->init();
    const int rc = uv_accept(listener, &state->handle.stream);
    std::unique_ptr<Stream> stream(new Stream(state.release()));
    return rc < 0 ? nullptr : std::move(stream);
}

std::unique_ptr<Stream> Stream::accepted(Loop& loop, int fd) {
    auto state = std::make_unique<State>(loop);
    state->kind = State::Kind::tcp;
    state->fd = fd; // closed with the stream, also if libuv does not take it
    state->init();
    state->outbox.keep(4096);
    uv_tcp_open(&state->handle.tcp, fd);
    uv_tcp_nodelay(&state->handle.tcp, 1); // this one and the next fail only if the connection has ended already
    uv_tcp_keepalive(&state->handle.tcp, 1, 60);
    return std::unique_ptr<Stream>(new Stream(state.release()));
}

Stream::~Stream() {
    state_->alive = false;
    state_->on_bytes = nullptr;
    state_->on_end = nullptr;
    state_->on_connect = nullptr;
    state_->drained = nullptr;
    state_->outbox.set_source(nullptr);
    state_->flush.cancel();
    // libuv closes its own descriptors. It does not own files, and it reopens terminals. 0, 1 and 2 stay open, as libuv
    // leaves them.
    int libuvs = -1;
    uv_fileno(&state_->handle.any, &libuvs);
    if (state_->fd > STDERR_FILENO && state_->fd != libuvs)
        ::close(state_->fd);
    for (auto* handle : {&state_->handle.any, reinterpret_cast<uv_handle_t*>(&state_->next_turn)})
        uv_close(handle, [](uv_handle_t* closed) {
            auto* state = static_cast<State*>(closed->data);
            if (--state->handles == 0)
                delete state;
        });
}

void Stream::read(OnBytes on_bytes, OnEnd on_end) {
    state_->on_bytes = std::move(on_bytes);
    state_->on_end = std::move(on_end);
    if (state_->kind == State::Kind::file) {
        uv_idle_start(&state_->handle.idle,
                      [](uv_idle_t* handle) { static_cast<State*>(handle->data)->deliver_file(); });
        return;
    }
    const int rc = uv_read_start(
        &state_->handle.stream,
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buf) {
            *buf = uv_buf_init(Loop::of(handle->loop).input_buffer(), static_cast<unsigned>(read_limit));
        },
        [](uv_stream_t* stream, ssize_t n, const uv_buf_t* buf) {
            auto* state = static_cast<State*>(stream->data);
            if (!state->alive)
                return;
            if (n > 0)
                state->deliver({buf->base, static_cast<std::size_t>(n)});
            else if (n < 0)
                state->end(n == UV_EOF ? std::string() : std::string(uv_strerror(static_cast<int>(n))));
        });
    if (rc < 0 && rc != UV_EALREADY) // the writing end of a pipe, for instance
        state_->end(uv_strerror(rc));
}

void Stream::stop_reading() {
    state_->stop();
}

void Stream::write(std::string message, Priority priority) {
    if (state_->broken)
        return;
    state_->outbox.push(std::move(message), priority);
    state_->pump();
}

void Stream::write_at_end_of_turn(std::string_view message) {
    if (state_->broken)
        return;
    if (auto* leaving = append_buffer())
        leaving->append(message);
    else
        state_->outbox.push(std::string(message), Priority::ordinary);
    schedule_flush();
}

void Stream::set_source(Outbox::Source source) {
    state_->outbox.set_source(std::move(source));
}

std::string* Stream::append_buffer() {
    return state_->can_write() ? state_->outbox.append_buffer() : nullptr;
}

void Stream::schedule_flush() {
    if (!state_->can_write())
        return;
    if (state_->outbox.queued_bytes() >= write_limit)
        state_->pump();
    else
        state_->flush.schedule();
}

std::size_t Stream::queued_bytes() const {
    return state_->outbox.queued_bytes() + state_->being_written;
}

void Stream::shut_down_writing() {
    int fd = -1;
    if (uv_fileno(&state_->handle.any, &fd) == 0)
        ::shutdown(fd, SHUT_WR);
}

std::string Stream::peer_address() const {
    sockaddr_storage peer{};
    int length = sizeof peer;
    if (state_->kind != State::Kind::tcp ||
        uv_tcp_getpeername(&state_->handle.tcp, reinterpret_cast<sockaddr*>(&peer), &length) != 0)
        return {};
    return address_text(peer);
}

void Stream::when_drained(std::function<void()> drained) {
    state_->drained = std::move(drained);
    state_->pump();
}

} // namespace io

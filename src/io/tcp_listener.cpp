#include "io/tcp_listener.hpp"

#include "io/stream_state.hpp"
#include "io/timer.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace io {

namespace {

constexpr int backlog = 128;

tl::expected<sockaddr_storage, std::string> socket_address(const std::string& host, std::uint16_t port) {
    sockaddr_storage storage{};
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (uv_ip4_addr(host.c_str(), port, &v4) == 0)
        std::memcpy(&storage, &v4, sizeof v4);
    else if (uv_ip6_addr(host.c_str(), port, &v6) == 0)
        std::memcpy(&storage, &v6, sizeof v6);
    else
        return tl::unexpected(std::string("not an IP address"));
    return storage;
}

} // namespace

std::string address_text(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        uv_ip4_name(&v4, text.data(), text.size());
    } else if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        uv_ip6_name(&v6, text.data(), text.size());
    }
    constexpr std::string_view mapped = "::ffff:";
    const std::string_view name(text.data());
    if (name.starts_with(mapped) && name.find('.') != std::string_view::npos)
        return std::string(name.substr(mapped.size()));
    return std::string(name);
}

struct TcpListener::State {
    explicit State(Loop& its_loop) : loop(its_loop), resume(std::make_unique<Timer>(its_loop)) {}

    Loop& loop;
    uv_poll_t poll{};
    int fd = -1;
    bool alive = true; // false once the listener is destroyed
    OnConnection on_connection;
    OnPause on_pause;
    std::unique_ptr<Timer> resume;

    void start() {
        uv_poll_start(&poll, UV_READABLE,
                      [](uv_poll_t* handle, int, int) { static_cast<State*>(handle->data)->accept(); });
    }

    void accept() {
        const auto callback = on_connection; // a copy: it may destroy the listener
        for (int i = 0; alive && i < most_at_once; ++i) {
            const int accepted = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (accepted >= 0)
                callback(Stream::accepted(loop, accepted));
            else if (no_room(errno))
                return rest();
            else if (errno == EAGAIN || errno == EWOULDBLOCK)
                return;
            // else this connection has ended already (accept(2))
        }
    }

    static bool no_room(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

    void rest() {
        const auto reason = system_error();
        uv_poll_stop(&poll);
        resume->start(pause, [this] { start(); });
        if (const auto callback = on_pause)
            callback(reason);
    }
};

tl::expected<std::unique_ptr<TcpListener>, std::string> TcpListener::open(Loop& loop, const std::string& host,
                                                                          std::uint16_t port,
                                                                          OnConnection on_connection,
                                                                          OnPause on_pause) {
    const auto address = socket_address(host, port);
    if (!address)
        return tl::unexpected(address.error());
    const int fd = ::socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return tl::unexpected(system_error());
    const int on = 1; // a port may be taken again while old connections to it end
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto size =
        static_cast<socklen_t>(address->ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&*address), size) != 0 || ::listen(fd, backlog) != 0) {
        const auto reason = system_error();
        ::close(fd);
        return tl::unexpected(reason);
    }
    auto* state = new State(loop);
    state->fd = fd;
    state->on_connection = std::move(on_connection);
    state->on_pause = std::move(on_pause);
    uv_poll_init(loop.raw(), &state->poll, fd);
    state->poll.data = state;
    state->start();
    return std::unique_ptr<TcpListener>(new TcpListener(state));
}

TcpListener::~TcpListener() {
    state_->alive = false;
    state_->resume.reset();
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->poll),
             [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
    ::close(state_->fd); // libuv asks nothing of it any more
}

std::uint16_t TcpListener::port() const {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(state_->fd, reinterpret_cast<sockaddr*>(&address), &length);
    if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ntohs(v4.sin_port);
}

} // namespace io

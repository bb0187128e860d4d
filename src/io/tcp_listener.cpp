#include "io/tcp_listener.hpp"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <netinet/in.h>

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
    uv_tcp_t handle{};
    OnConnection on_connection;
};

tl::expected<std::unique_ptr<TcpListener>, std::string>
TcpListener::open(Loop& loop, const std::string& host, std::uint16_t port, OnConnection on_connection) {
    const auto address = socket_address(host, port);
    if (!address)
        return tl::unexpected(address.error());
    auto* state = new State{{}, std::move(on_connection)};
    uv_tcp_init(loop.raw(), &state->handle);
    state->handle.data = state;
    std::unique_ptr<TcpListener> listener(new TcpListener(state)); // from here on it closes the handle
    int rc = uv_tcp_bind(&state->handle, reinterpret_cast<const sockaddr*>(&*address), 0);
    if (rc == 0)
        rc = uv_listen(reinterpret_cast<uv_stream_t*>(&state->handle), backlog, [](uv_stream_t* handle, int status) {
            auto stream = status == 0 ? Stream::accept(handle) : nullptr;
            const auto callback =
                static_cast<State*>(handle->data)->on_connection; // a copy: it may destroy the listener
            if (stream && callback)
                callback(std::move(stream));
        });
    if (rc < 0)
        return tl::unexpected(std::string(uv_strerror(rc)));
    return listener;
}

TcpListener::~TcpListener() {
    state_->on_connection = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle),
             [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

std::uint16_t TcpListener::port() const {
    sockaddr_storage address{};
    int length = sizeof address;
    uv_tcp_getsockname(&state_->handle, reinterpret_cast<sockaddr*>(&address), &length);
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

#include "jetstream/attempt.hpp"

#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace jetstream {

namespace {

// A new socket gets the lowest free number, and this process has few.
constexpr int most_sockets = 1024;

std::optional<std::uint16_t> peer_port(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    int type = 0;
    socklen_t type_length = sizeof type;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0 ||
        ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) != 0 || type != SOCK_STREAM)
        return std::nullopt;
    if (storage.ss_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, &storage, sizeof address);
        return ntohs(address.sin_port);
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, &storage, sizeof address);
        return ntohs(address.sin6_port);
    }
    return std::nullopt;
}

} // namespace

void Attempt::begin(std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    port_ = port;
    broken_off_ = false;
}

bool Attempt::end() {
    const std::lock_guard lock(mutex_);
    port_.reset();
    return std::exchange(broken_off_, false);
}

void Attempt::break_off() {
    const std::lock_guard lock(mutex_); // so that the attempt does not end meanwhile
    if (!port_)
        return;
    for (int fd = 0; fd < most_sockets; ++fd)
        if (peer_port(fd) == port_ && ::shutdown(fd, SHUT_RDWR) == 0)
            broken_off_ = true;
}

} // namespace jetstream

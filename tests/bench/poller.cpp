#include "poller.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <unistd.h>

namespace bench {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Poller::~Poller() {
    close(epoll_);
}

void Poller::watch(int descriptor, std::uint32_t events, Ready ready) {
    ready_[descriptor] = std::make_shared<Ready>(std::move(ready));
    epoll_event event{events, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}

void Poller::change(int descriptor, std::uint32_t events) {
    epoll_event event{events, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
    ready_.erase(descriptor);
}

void Poller::pump(std::int64_t patience_ns) {
    std::array<epoll_event, 256> events; // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel fills it
    const timespec patience{patience_ns / 1'000'000'000, patience_ns % 1'000'000'000};
    const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
    if (count > 0)
        last_event_ = now_ns();
    else if (now_ns() - last_event_ > longest_silence_ns)
        throw std::runtime_error("the program does not answer");
    for (int i = 0; i < count; ++i) {
        const auto& event =
            events[static_cast<std::size_t>(i)]; // NOLINT(cppcoreguidelines-pro-bounds-constant-array-index)
        const auto found = ready_.find(event.data.fd);
        if (found == ready_.end())
            continue;
        const auto ready = found->second; // a copy: it may remove itself
        (*ready)(event.events);
    }
}

} // namespace bench

// Waits for many descriptors at once, and calls what belongs to those that are ready.
#pragma once

#include "process.hpp"

#include <functional>
#include <map>
#include <memory>

#include <sys/epoll.h>

namespace bench {

class Poller final {
  public:
    using Ready = std::function<void(std::uint32_t events)>;

    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// `events`: EPOLLIN, EPOLLOUT. None: the descriptor is left alone.
    void watch(int descriptor, std::uint32_t events, Ready ready);
    void change(int descriptor, std::uint32_t events);
    void remove(int descriptor);

    /// One round; waits that long if nothing is ready.
    void pump(std::int64_t patience_ns = 100'000'000);
    /// Pumps until `done()` is true. Throws after a long time without an event.
    template <class Done>
    void until(Done done) {
        last_event_ = now_ns();
        while (!done())
            pump();
    }

  private:
    int epoll_ = -1;
    std::map<int, std::shared_ptr<Ready>> ready_; // a callback may remove itself
    std::int64_t last_event_ = now_ns();
};

} // namespace bench

// Ends the process when the loop hangs while input waits. lightningd goes on without a plugin that died, but waits for
// ever for one that does not answer its hooks: of the two, death is the harmless one.
#pragma once

#include "io/loop.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace io {

class Watchdog final {
  public:
    /// `input`: the descriptor whose waiting bytes make a hang matter. A turn of the loop may take up to `limit`, in
    /// whole seconds, at least one.
    /// `program`: whose name the last words begin with.
    Watchdog(Loop& loop, int input, std::chrono::seconds limit, std::string_view program);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    struct Handles;

    void watch();
    [[noreturn]] void die() const;

    int input_;
    std::chrono::seconds limit_;
    std::string last_words_;
    Handles* handles_; // freed in libuv's close callback, which comes after the destructor
    std::mutex mutex_;
    std::condition_variable over_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace io

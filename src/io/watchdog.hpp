// Ends the process when the loop hangs while input waits. lightningd goes on without a plugin that exited, but waits
// for ever for a hook reply from one that hangs, so exiting is the safer failure.
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
    /// `input`: the descriptor to watch; a hang matters only while it has bytes to read. `limit`: the longest allowed
    /// turn of the loop, in whole seconds, at least one.
    /// `program`: the name at the beginning of the line written to stderr.
    Watchdog(Loop& loop, int input, std::chrono::seconds limit, std::string_view program);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    struct Handles;

    void watch();
    [[noreturn]] void exit_process() const;

    int input_;
    std::chrono::seconds limit_;
    std::string final_line_;
    Handles* handles_; // freed in libuv's close callback, which comes after the destructor
    std::mutex mutex_;
    std::condition_variable over_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace io

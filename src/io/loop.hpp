// The one event loop of the process (libuv). Owns the uv_loop_t, the buffer into which its streams read, and the list
// of work for the end of a turn. Streams and timers close themselves in their destructors; the loop's destructor runs
// until all of them are closed.
#pragma once

#include <uv.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace io {

class Loop final {
  public:
    /// Work at the end of a turn of the loop: after its timers and events, before the loop waits for more. Destroying
    /// it cancels. The callback may destroy it, or schedule others for the same end.
    class EndOfTurn final {
      public:
        EndOfTurn(Loop& loop, std::function<void()> callback) : loop_(loop), callback_(std::move(callback)) {}
        ~EndOfTurn() { cancel(); }
        EndOfTurn(const EndOfTurn&) = delete;
        EndOfTurn& operator=(const EndOfTurn&) = delete;

        /// Once, however often it is called before.
        void schedule();
        void cancel();

      private:
        friend class Loop;
        Loop& loop_;
        std::function<void()> callback_;
        bool scheduled_ = false;
    };

    /// The size of the read buffer, in bytes.
    static constexpr std::size_t read_limit = 64UL * 1024;

    /// Ignores SIGPIPE for the whole process: a closed reader becomes an error value and does not kill the process.
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs until stop() is called or nothing is left to wait for.
    void run();
    /// One turn; does not block when `wait` is false. For tests and benchmarks.
    void turn(bool wait);
    void stop();

    [[nodiscard]] uv_loop_t* raw() { return &loop_; }
    /// The loop that owns this one of libuv.
    [[nodiscard]] static Loop& of(const uv_loop_t* raw) { return *static_cast<Loop*>(raw->data); }
    /// One buffer for all streams: each passes on what it read before another reads. Memory per read was slower, and
    /// memory per stream would be much for a thousand idle ones.
    [[nodiscard]] char* input_buffer() { return input_buffer_.get(); }

  private:
    void end_turn();

    uv_loop_t loop_{};
    uv_prepare_t before_polling_{};
    std::vector<EndOfTurn*> due_; // null: cancelled
    std::unique_ptr<char[]> input_buffer_;
};

} // namespace io

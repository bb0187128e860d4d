// Bytes in and out of one descriptor, whatever it is: pipe, unix socket, terminal, regular file or /dev/null (which
// libuv would abort on). Knows no messages. Reading delivers bytes as they come; at most one write of 64 KiB is
// outstanding, the rest waits in the outbox, so that urgent messages find something left to overtake.
#pragma once

#include "io/loop.hpp"
#include "io/outbox.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace io {

class Stream final {
  public:
    static constexpr std::size_t write_limit = 64UL * 1024;

    using OnBytes = std::function<void(std::string_view bytes)>;
    /// `reason` is empty on a plain end of file, else the system's words. Nothing is delivered after it.
    using OnEnd = std::function<void(const std::string& reason)>;
    /// `reason` is empty on success.
    using OnConnect = std::function<void(const std::string& reason)>;

    /// Takes over an open descriptor; the reason when it cannot be used (closed, for instance).
    static tl::expected<std::unique_ptr<Stream>, std::string> open(Loop& loop, int fd);
    /// Connects to a unix socket; `done` is called once, in a later turn, unless the stream is destroyed before.
    static std::unique_ptr<Stream> connect(Loop& loop, const std::string& path, OnConnect done);
    /// Accepts a pending connection of a listening pipe; nothing if there is none any more.
    static std::unique_ptr<Stream> accept(uv_stream_t* listener);

    /// Cancels everything; unwritten bytes are lost. Callbacks may destroy the stream they come from.
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void read(OnBytes on_bytes, OnEnd on_end);
    /// Stops delivering until read() is called again: bytes stay with the sender.
    void stop_reading();

    void write(std::string message, Priority priority = Priority::ordinary);
    /// See Outbox: asked for messages when nothing is queued; schedule_flush() says that there may be some. They are
    /// written at the end of the turn of the loop, or whenever there is a whole chunk of them: a write of 64 KiB costs
    /// little more than one of 2.
    void set_source(Outbox::Source source);
    void schedule_flush();
    /// See Outbox: where a message may be appended at once, to be followed by schedule_flush(); null when some must go
    /// before.
    [[nodiscard]] std::string* append_buffer();
    [[nodiscard]] std::size_t queued_bytes() const;
    /// Calls `drained` once, when everything written so far is with the system (or cannot be delivered any more).
    void when_drained(std::function<void()> drained);

  private:
    struct State;
    explicit Stream(State* state);
    State* state_; // freed in libuv's close callback, which comes after the destructor
};

} // namespace io

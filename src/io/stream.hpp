// Reads and writes bytes on one descriptor of any kind: pipe, unix socket, terminal, regular file or /dev/null (on
// which libuv would abort). Knows no messages. At most one write of 64 KiB is outstanding. The rest waits in the
// outbox, where urgent messages can overtake it.
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
    /// The most bytes that one callback delivers.
    static constexpr std::size_t read_limit = Loop::read_limit;

    using OnBytes = std::function<void(std::string_view bytes)>;
    /// `reason` is empty on a plain end of file, else the system's error message. Nothing is delivered afterwards.
    using OnEnd = std::function<void(const std::string& reason)>;
    /// `reason` is empty on success.
    using OnConnect = std::function<void(const std::string& reason)>;

    /// Takes over an open descriptor; returns the reason if it cannot be used (closed, for instance).
    static tl::expected<std::unique_ptr<Stream>, std::string> open(Loop& loop, int fd);
    /// Connects to a unix socket. Calls `done` once, in a later turn of the loop, unless the stream is destroyed
    /// before.
    static std::unique_ptr<Stream> connect(Loop& loop, const std::string& path, OnConnect done);
    /// Accepts a pending connection of a listening pipe; null if there is none.
    static std::unique_ptr<Stream> accept(uv_stream_t* listener);
    /// Takes over a TCP connection that was accepted. Small writes leave at once (TCP_NODELAY), and the system asks a
    /// silent peer after a minute whether it is still there.
    static std::unique_ptr<Stream> accepted(Loop& loop, int fd);

    /// Cancels everything; unwritten bytes are lost. Callbacks may destroy the stream that calls them.
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void read(OnBytes on_bytes, OnEnd on_end);
    /// Stops reading until read() is called again. Until then bytes stay with the sender.
    void stop_reading();

    /// Writes at once what the system takes.
    void write(std::string message, Priority priority = Priority::ordinary);
    /// Writes an ordinary message at the end of the turn of the loop, together with others, or as soon as 64 KiB are
    /// ready. One write wakes the reader once.
    void write_at_end_of_turn(std::string_view message);
    /// See Outbox: the source is asked for messages when nothing is queued. Call schedule_flush() when there may be
    /// some: they are written at the end of the turn of the loop, or as soon as 64 KiB are ready. A write of 64 KiB
    /// costs little more than one of 2.
    void set_source(Outbox::Source source);
    void schedule_flush();
    /// See Outbox: append one message, then call schedule_flush(). Null when other messages must leave first.
    [[nodiscard]] std::string* append_buffer();
    [[nodiscard]] std::size_t queued_bytes() const;
    /// Ends our direction of a socket: the peer reads everything the system has taken, then the end. Call it when
    /// drained.
    void shut_down_writing();
    /// Calls `drained` once, when the system has taken everything written so far, or it can no longer be delivered.
    void when_drained(std::function<void()> drained);

    /// The peer's IP address without the port, such as 127.0.0.1 or ::1; empty if this is no TCP socket.
    [[nodiscard]] std::string peer_address() const;

  private:
    struct State;
    explicit Stream(State* state);
    State* state_; // freed in libuv's close callback, which comes after the destructor
};

} // namespace io

// One call of a client, from its header to its end: the macaroon is checked, then the method serves, its messages are
// pulled as fast as the client reads, and the end has a status. Methods derive from it.
#pragma once

#include "http/exchange.hpp"
#include "io/timer.hpp"
#include "lndapi/output.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace lndapi {

/// What all calls did, since the start.
struct CallCounts {
    std::uint64_t sent = 0;    ///< messages
    std::uint64_t refused = 0; ///< calls with bad credentials
};

class Call : public http::Answer {
  public:
    Call(io::Loop& loop, http::Exchange& exchange, std::unique_ptr<const Output> output);
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() override = default;

    /// Begins to serve. Call once, when the client is known to be permitted.
    virtual void serve() = 0;
    /// Ends the call. With an error, what the client is still owed is dropped. Only the first end counts.
    void end(Failure end);
    /// The same, but also for a call that has ended well while the client has not read all of it.
    void cut(Failure end);
    /// Ends the call of a client whose credentials are bad; late, if it sent such before.
    void refuse(const Failure& failure);
    /// The credentials are good.
    void permitted() { exchange_.permitted(); }
    [[nodiscard]] bool slowed() const { return exchange_.slowed(); }
    /// Counts there too what this call does.
    void count_in(std::shared_ptr<CallCounts> counts) { counts_ = std::move(counts); }
    /// Ends the call with status 4 then (gRPC's deadline).
    void end_after(std::chrono::nanoseconds timeout);
    /// Calls `then` after a time, unless the call has ended.
    void after(std::chrono::milliseconds time, std::function<void()> then);

    [[nodiscard]] const http::Request& request() const { return exchange_.request(); }
    /// The header has left, and the end has not come.
    [[nodiscard]] bool open() const { return state_ == State::sending; }
    /// Messages handed over so far.
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    /// Expires when the call is destroyed: for answers that come later.
    [[nodiscard]] std::weak_ptr<Call*> weak() const { return self_; }

  protected:
    /// Sends the header (Output::headers).
    void begin(const consumer::CursorPtr& cursor, std::optional<std::size_t> json_bytes = std::nullopt);
    [[nodiscard]] bool begun() const { return state_ != State::waiting; }
    [[nodiscard]] bool ended() const { return state_ == State::ending; }
    /// There may be something to pull.
    void resume() { exchange_.resume(); }
    [[nodiscard]] const Output& output() const { return *output_; }

    /// Appends the next message, or a piece of it; false if there is none now. Calls handed_over() with the end of
    /// each.
    [[nodiscard]] virtual bool next(std::string& out) = 0;
    void handed_over() {
        ++sent_;
        ++counts_->sent;
    }
    /// Drops what the client is still owed.
    virtual void drop() {}
    /// The position up to which everything was handed over; may be null.
    [[nodiscard]] virtual consumer::CursorPtr cursor() const { return nullptr; }

  private:
    http::Pull pull(std::string& out, std::size_t most) final;
    http::Headers trailers() final;
    void stopping() final;
    void await_silence();

    enum class State : std::uint8_t { waiting, sending, ending };

    http::Exchange& exchange_;
    std::unique_ptr<const Output> output_;
    State state_ = State::waiting;
    Failure end_;
    std::string ready_;   // the body of an error, or what comes before the first message
    bool failed_ = false; // before its header
    bool quiet_ = false;  // nothing was sent for a while
    std::uint64_t sent_ = 0;
    std::shared_ptr<CallCounts> counts_ = std::make_shared<CallCounts>();
    io::Timer deadline_;
    io::Timer later_;
    io::Loop& loop_;
    std::optional<io::Timer> silence_; // until the next keep-alive
    std::shared_ptr<Call*> self_;
};

} // namespace lndapi

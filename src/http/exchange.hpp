// What an application implements to answer requests (Handler, Answer), and what the server gives it for that
// (Exchange). The body of an answer is pulled: pull() is called only when the client's window and the stream's 64 kB
// mark allow more to leave, so a slow client costs no memory here. All calls come on the loop's thread. Do not destroy
// the server inside one of them.
#pragma once

#include "http/message.hpp"

#include <memory>
#include <string>

namespace http {

enum class Pull {
    more,  ///< there may be more at once
    later, ///< nothing now; Exchange::resume() asks again
    end    ///< the body is complete
};

/// The application's side of one request. The server destroys it when the answer has left or the client has gone.
class Answer {
  public:
    Answer() = default;
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    virtual ~Answer() = default;

    /// Appends the next piece of the body to `out`: about `most` bytes; one whole frame may exceed it. Called only
    /// after respond().
    virtual Pull pull(std::string& out, std::size_t most) = 0;
    /// HTTP/2 trailers, asked once after Pull::end. HTTP/1.1 sends none.
    virtual Headers trailers() { return {}; }
    /// The server is stopping: end the answer soon, and call resume().
    virtual void stopping() {}
};

/// One request and its answer. Outlives the Answer.
class Exchange {
  public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    [[nodiscard]] virtual const Request& request() const = 0;
    /// The headers leave at once. The body is pulled, never before this turn's callbacks have returned. A second answer
    /// to the same request is ignored. HTTP/1.1: if `headers` has content-length the body is sent as it is, else in
    /// chunks, one for each pull.
    virtual void respond(int status, Headers headers) = 0;
    /// An answer without a body (HTTP/2: HEADERS with END_STREAM; HTTP/1.1: content-length: 0).
    virtual void respond_without_body(int status, Headers headers) = 0;
    /// Asks pull() again after Pull::later. Never pulls synchronously. Harmless before respond() and after the end.
    virtual void resume() = 0;

    /// The credentials were good. Until its end, this request keeps its connection from being closed to make room.
    virtual void permitted() = 0;
    /// The credentials were bad; call it before the answer. After Limits::refusals of them, and no good ones between,
    /// the connection takes no more requests, and the address is slowed for a while.
    virtual void refused() = 0;
    /// True while the client's address is slowed: its bad credentials should cost little, and be answered late.
    [[nodiscard]] virtual bool slowed() const = 0;

  protected:
    ~Exchange() = default;
};

class Handler {
  public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;

    /// Called once the request's body is complete. respond() may be called inside, or later from the Answer. Null:
    /// there is no more to do than the respond_without_body() called inside.
    virtual std::unique_ptr<Answer> request(Exchange& exchange) = 0;

  protected:
    ~Handler() = default;
};

} // namespace http

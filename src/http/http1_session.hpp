// An HTTP/1.1 connection (RFC 9112): one request after the other, also if several were sent at once. Input that comes
// during an answer waits, up to a limit (full()). A request for a WebSocket ends the session in favour of another one.
#pragma once

#include "http/http1_chunks.hpp"
#include "http/session.hpp"
#include "http/websocket_handshake.hpp"

#include <memory>
#include <optional>

namespace http {

class Http1Session final : public Session {
  public:
    explicit Http1Session(SessionOwner owner);
    Http1Session(const Http1Session&) = delete;
    Http1Session& operator=(const Http1Session&) = delete;
    ~Http1Session() override;

    void receive(std::string_view bytes) override;
    void send(std::string& out, std::size_t most) override;
    void proceed() override;
    void stop() override;
    void stop_guessing() override;
    void end_slow_requests() override;
    bool ping() override { return false; }
    std::unique_ptr<Session> successor() override { return std::move(successor_); }

    [[nodiscard]] std::size_t exchanges() const override { return exchange_ ? 1 : 0; }
    [[nodiscard]] std::size_t requests() const override { return requests_; }
    [[nodiscard]] std::size_t incomplete() const override { return !exchange_ && (head_ || !input_.empty()) ? 1 : 0; }
    [[nodiscard]] std::size_t permitted() const override;
    [[nodiscard]] std::string_view fault() const override { return fault_; }
    [[nodiscard]] bool full() const override { return exchange_ && input_.size() >= most_body_bytes; }
    [[nodiscard]] bool finished() const override { return closing_ && !exchange_ && output_.empty(); }

  private:
    class OneExchange;

    bool take_head();
    bool take_body();
    void dispatch();
    void refuse(Refusal refusal, std::string_view headers = {});
    void begin_websocket(const Head& head);
    void write_head(const OneExchange& exchange, int status, const Headers& headers, std::string_view framing);
    void pull(std::string& out, std::size_t most);
    void finish_exchange();
    void drop_exchange();

    SessionOwner owner_;
    std::string input_;        // not yet read
    std::size_t scanned_ = 0;  // of it, without the end of a head
    std::optional<Head> head_; // a request whose body is not complete
    ChunkReader chunks_;
    std::string output_; // heads of answers
    std::unique_ptr<OneExchange> exchange_;
    std::unique_ptr<Session> successor_;
    std::size_t requests_ = 0;
    std::string_view fault_; // a literal
    bool slow_ = false;      // a request was incomplete at the last end_slow_requests()
    bool closing_ = false;   // no further request is read
    bool stopping_ = false;
};

} // namespace http

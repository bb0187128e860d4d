// A WebSocket (RFC 6455) on wslay: one request and its answer. The answer's body is cut at line feeds, and each line is
// a text message, as in LND's proxy (lnrpc/websocket_proxy.go); status and headers of the answer are not sent. An
// answer is pulled when the client can take more, like every other one. Close codes: 1000 after a complete answer,
// 1001 when the server stops, 1002, 1007, 1008 and 1009 for what the client does wrong.
#pragma once

#include "http/frame_budget.hpp"
#include "http/session.hpp"
#include "http/websocket_handshake.hpp"

#include <memory>
#include <optional>

struct wslay_event_context;

namespace http {

class WebSocketSession final : public Session {
  public:
    /// As lnd's, which takes any pong for the answer.
    static constexpr std::string_view ping_payload = "are you there?";
    /// A client that asks for so many pongs without reading one is disconnected.
    static constexpr std::size_t most_frames_owed = 500;
    /// Of a frame: a message may have 64 kB, as every request's body.
    static constexpr double bytes_a_frame = 1024;

    /// `input`: what came after the handshake. `requests`: of this connection so far. Call proceed() to begin.
    WebSocketSession(SessionOwner owner, WebSocketHandshake&& handshake, std::string input, std::size_t requests);
    WebSocketSession(const WebSocketSession&) = delete;
    WebSocketSession& operator=(const WebSocketSession&) = delete;
    ~WebSocketSession() override;

    void receive(std::string_view bytes) override;
    void send(std::string& out, std::size_t most) override;
    void proceed() override;
    void stop() override;
    void stop_guessing() override;
    void end_slow_requests() override;
    bool ping() override;

    [[nodiscard]] std::size_t exchanges() const override { return exchange_ ? 1 : 0; }
    [[nodiscard]] std::size_t requests() const override { return requests_; }
    [[nodiscard]] std::size_t incomplete() const override { return dispatched_ || closing_ ? 0 : 1; }
    [[nodiscard]] std::size_t permitted() const override;
    [[nodiscard]] std::string_view fault() const override { return fault_; }
    [[nodiscard]] bool full() const override { return false; }
    [[nodiscard]] bool finished() const override;

  private:
    class OneExchange;
    struct Callbacks;

    void charge(std::uint64_t frame_bytes);
    void take(std::uint8_t opcode, std::string_view message);
    void dispatch(std::string body);
    void pull(std::size_t most);
    void queue(std::uint8_t opcode, std::string_view message);
    void flush(std::string& out);
    void close(std::uint16_t code, std::string_view fault = {});
    void drop_exchange();

    SessionOwner owner_;
    Request request_; // until it is given to the handler
    const bool has_body_;
    std::string input_;                // not yet read; empty after receive()
    std::string output_;               // beside wslay's
    std::optional<std::string> first_; // message
    std::string line_;                 // not complete
    std::unique_ptr<wslay_event_context, void (*)(wslay_event_context*)> frames_;
    std::unique_ptr<OneExchange> exchange_;
    FrameBudget budget_;
    std::size_t requests_;
    std::string_view fault_; // a literal
    bool dispatched_ = false;
    bool slow_ = false;    // the body was incomplete at the last end_slow_requests()
    bool closing_ = false; // a Close is sent or queued; nothing is read
    bool stopping_ = false;
};

} // namespace http

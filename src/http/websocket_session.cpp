#include "http/websocket_session.hpp"

#include "http/only_exchange.hpp"

#include <chrono>
#include <new>
#include <utility>

#include <wslay/wslay.h>

namespace http {

namespace {

/// Of the memory for lines, between two of them.
constexpr std::size_t most_kept = 64UL * 1024;
constexpr std::string_view malformed = "malformed or too long WebSocket message";
constexpr std::string_view flood = "WebSocket flood of frames";
constexpr std::string_view unread = "WebSocket flood of pings";

} // namespace

class WebSocketSession::OneExchange final : public OnlyExchange {
  public:
    using OnlyExchange::OnlyExchange;

    void respond(int, Headers) override {
        if (!std::exchange(responded_, true))
            owner_.wake();
    }
    void respond_without_body(int, Headers) override {
        if (responded_)
            return;
        ended_ = true;
        respond(0, {});
    }
};

struct WebSocketSession::Callbacks {
    static WebSocketSession& self(void* user) { return *static_cast<WebSocketSession*>(user); }

    static ssize_t receive(wslay_event_context* frames, std::uint8_t* buffer, std::size_t size, int, void* user) {
        auto& input = self(user).input_;
        if (input.empty()) {
            wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        const auto taken = input.copy(reinterpret_cast<char*>(buffer), size);
        input.erase(0, taken);
        return static_cast<ssize_t>(taken);
    }
    static ssize_t send(wslay_event_context*, const std::uint8_t* data, std::size_t size, int, void* user) {
        self(user).output_.append(reinterpret_cast<const char*>(data), size);
        return static_cast<ssize_t>(size);
    }
    static void frame_begins(wslay_event_context*, const wslay_event_on_frame_recv_start_arg* frame, void* user) {
        self(user).charge(frame->payload_length);
    }
    static void message(wslay_event_context*, const wslay_event_on_msg_recv_arg* message, void* user) {
        self(user).take(message->opcode, {reinterpret_cast<const char*>(message->msg), message->msg_length});
    }
};

WebSocketSession::WebSocketSession(SessionOwner owner, WebSocketHandshake&& handshake, std::string input,
                                   std::size_t requests)
    : owner_(std::move(owner)),
      request_(std::move(handshake.request)),
      has_body_(handshake.has_body),
      input_(std::move(input)),
      output_(std::move(handshake.answer)),
      frames_(nullptr, wslay_event_context_free),
      requests_(requests) {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = Callbacks::receive;
    callbacks.send_callback = Callbacks::send;
    callbacks.on_frame_recv_start_callback = Callbacks::frame_begins;
    callbacks.on_msg_recv_callback = Callbacks::message;
    wslay_event_context* frames = nullptr;
    if (wslay_event_context_server_init(&frames, &callbacks, this) != 0)
        throw std::bad_alloc();
    frames_.reset(frames);
    wslay_event_config_set_max_recv_msg_length(frames, most_body_bytes);
}

WebSocketSession::~WebSocketSession() {
    owner_.wake = [] {}; // an Answer may call its exchange while it is destroyed
    drop_exchange();
}

void WebSocketSession::proceed() {
    if (!has_body_ && !dispatched_ && !closing_)
        dispatch({});
    if (!input_.empty())
        receive({});
}

void WebSocketSession::receive(std::string_view bytes) {
    if (closing_) {
        input_ = {};
        return;
    }
    input_ += bytes;
    const bool taken = wslay_event_recv(frames_.get()) == 0;
    input_ = {};
    if (first_ && !dispatched_ && !closing_)
        dispatch(*std::exchange(first_, std::nullopt)); // also if a mistake follows it in the same read
    if (!taken && !closing_) {
        wslay_event_shutdown_write(frames_.get()); // its Close has no code
        output_ += {'\x88', 2, static_cast<char>(WSLAY_CODE_PROTOCOL_ERROR >> 8),
                    static_cast<char>(WSLAY_CODE_PROTOCOL_ERROR & 0xff)};
        close(0, malformed);
    } else if (wslay_event_get_read_enabled(frames_.get()) == 0 && !closing_) {
        close(0, wslay_event_get_close_received(frames_.get()) == 0 ? malformed : std::string_view()); // has queued its
    } else if (wslay_event_get_queued_msg_count(frames_.get()) > most_frames_owed) {
        close(WSLAY_CODE_POLICY_VIOLATION, unread);
    }
    owner_.wake();
}

void WebSocketSession::charge(std::uint64_t frame_bytes) {
    budget_.refill(std::chrono::steady_clock::now());
    if (!budget_.spend(1 + static_cast<double>(frame_bytes) / bytes_a_frame))
        close(WSLAY_CODE_POLICY_VIOLATION, flood);
}

/// wslay answers a ping and a Close itself. LND has no use for a second message either.
void WebSocketSession::take(std::uint8_t opcode, std::string_view message) {
    if (opcode == WSLAY_PONG)
        owner_.pong();
    else if (wslay_is_ctrl_frame(opcode) == 0 && !dispatched_ && !first_)
        first_ = message;
}

void WebSocketSession::dispatch(std::string body) {
    dispatched_ = true;
    ++requests_;
    request_.body = std::move(body);
    exchange_ = std::make_unique<OneExchange>(owner_, std::move(request_));
    exchange_->answer_ = owner_.handler.request(*exchange_);
    if (!exchange_->answer_)
        exchange_->responded_ = exchange_->ended_ = true;
    else if (stopping_)
        exchange_->answer_->stopping();
    owner_.wake();
}

void WebSocketSession::send(std::string& out, std::size_t most) {
    const auto before = out.size();
    flush(out);
    if (closing_ || !exchange_ || !exchange_->responded_)
        return;
    if (!exchange_->ended_ && !exchange_->waiting_)
        pull(most);
    flush(out); // before the Close, which would overtake it
    if (exchange_->ended_) {
        close(stopping_ ? WSLAY_CODE_GOING_AWAY : WSLAY_CODE_NORMAL_CLOSURE);
        flush(out);
    } else if (!exchange_->waiting_ && out.size() == before) {
        owner_.wake(); // there was no end of a line, or resume() was called meanwhile
    }
}

void WebSocketSession::pull(std::size_t most) {
    auto& exchange = *exchange_;
    exchange.waiting_ = true; // unless resume() is called meanwhile
    const auto next = exchange.answer_->pull(line_, most);
    exchange.ended_ = next == Pull::end;
    if (next == Pull::more)
        exchange.waiting_ = false;
    std::size_t begin = 0;
    for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n', begin)) {
        queue(WSLAY_TEXT_FRAME, std::string_view(line_).substr(begin, end - begin));
        begin = end + 1;
    }
    line_.erase(0, begin);
    if (line_.empty() && line_.capacity() > most_kept)
        line_.shrink_to_fit(); // a message of megabytes was one of many
    if (exchange.ended_)
        queue(WSLAY_TEXT_FRAME, std::exchange(line_, {}));
}

void WebSocketSession::queue(std::uint8_t opcode, std::string_view message) {
    if (message.empty())
        return;
    const wslay_event_msg frame{opcode, reinterpret_cast<const std::uint8_t*>(message.data()), message.size()};
    wslay_event_queue_msg(frames_.get(), &frame); // refused after a Close
}

void WebSocketSession::flush(std::string& out) {
    wslay_event_send(frames_.get());
    out += std::exchange(output_, {});
}

/// `code` 0: the Close is queued already.
void WebSocketSession::close(std::uint16_t code, std::string_view fault) {
    if (std::exchange(closing_, true))
        return;
    fault_ = fault;
    if (code != 0)
        wslay_event_queue_close(frames_.get(), code, nullptr, 0);
    wslay_event_shutdown_read(frames_.get());
    drop_exchange();
    owner_.wake();
}

/// The Answer is destroyed while its exchange exists.
void WebSocketSession::drop_exchange() {
    if (!exchange_)
        return;
    exchange_->responded_ = true;
    exchange_->answer_.reset();
    exchange_.reset();
}

void WebSocketSession::stop() {
    if (std::exchange(stopping_, true))
        return;
    if (exchange_ && exchange_->answer_)
        exchange_->answer_->stopping();
    else if (!exchange_)
        close(WSLAY_CODE_GOING_AWAY);
    owner_.wake();
}

/// The request of this connection is answered to its end: there is only one.
void WebSocketSession::stop_guessing() {
    if (!exchange_)
        close(WSLAY_CODE_POLICY_VIOLATION);
}

void WebSocketSession::end_slow_requests() {
    if (incomplete() > 0 && std::exchange(slow_, true))
        close(WSLAY_CODE_POLICY_VIOLATION, "slow WebSocket request");
}

bool WebSocketSession::ping() {
    if (closing_)
        return false;
    queue(WSLAY_PING, ping_payload);
    owner_.wake();
    return true;
}

std::size_t WebSocketSession::permitted() const {
    return exchange_ && exchange_->permitted_ ? 1 : 0;
}

bool WebSocketSession::finished() const {
    return closing_ && output_.empty() && wslay_event_want_write(frames_.get()) == 0;
}

} // namespace http

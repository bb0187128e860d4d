#include "http/http1_session.hpp"

#include "http/http1_status.hpp"
#include "http/only_exchange.hpp"
#include "http/websocket_session.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace http {

namespace {

void append_chunk(std::string& out, std::string_view piece) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    out.append(digits.data(), end);
    out += "\r\n";
    out += piece;
    out += "\r\n";
}

} // namespace

class Http1Session::OneExchange final : public OnlyExchange {
  public:
    enum class Framing { none, length, chunked, until_close };

    OneExchange(Http1Session& session, Head&& head)
        : OnlyExchange(session.owner_, std::move(head.request)),
          keep_alive_(head.keep_alive),
          http_1_0_(head.http_1_0),
          session_(session) {}

    void respond(int status, Headers headers) override {
        if (std::exchange(responded_, true))
            return;
        const auto length = std::find_if(headers.begin(), headers.end(), [](const Header& header) {
            return lower_case(header.name) == "content-length";
        });
        std::string_view framing;
        if (!may_have_body(request_.method, status)) {
            ended_ = true;
        } else if (length != headers.end()) {
            framing_ = Framing::length;
            std::from_chars(length->value.data(), length->value.data() + length->value.size(), left_);
        } else if (http_1_0_) {
            framing_ = Framing::until_close;
            keep_alive_ = false;
        } else {
            framing_ = Framing::chunked;
            framing = "Transfer-Encoding: chunked\r\n";
        }
        session_.write_head(*this, status, headers, framing);
    }

    void respond_without_body(int status, Headers headers) override {
        if (std::exchange(responded_, true))
            return;
        ended_ = true;
        const bool counted = status >= 200 && status != 204 && status != 304;
        session_.write_head(*this, status, headers, counted ? "content-length: 0\r\n" : "");
    }

    Framing framing_ = Framing::none;
    std::size_t left_ = 0; // of a body with a known length
    bool keep_alive_;
    bool http_1_0_;

  private:
    Http1Session& session_;
};

Http1Session::Http1Session(SessionOwner owner) : owner_(std::move(owner)) {}

Http1Session::~Http1Session() {
    owner_.wake = [] {}; // an Answer may call its exchange while it is destroyed
    drop_exchange();
}

void Http1Session::receive(std::string_view bytes) {
    if (closing_)
        return;
    input_ += bytes;
    proceed();
}

void Http1Session::proceed() {
    while (!closing_ && !successor_ && !exchange_ && (head_ ? take_body() : take_head())) {
    }
    if (input_.empty())
        std::string().swap(input_); // an idle connection keeps no memory for it
}

/// True if there is more to do.
bool Http1Session::take_head() {
    std::size_t empty_lines = 0; // RFC 9112, 2.2: they may come before a request
    while (std::string_view(input_).substr(empty_lines).starts_with("\r\n"))
        empty_lines += 2;
    if (empty_lines > 0) {
        input_.erase(0, empty_lines);
        scanned_ = 0;
    }
    const auto end = find_head_end(input_, scanned_);
    scanned_ = input_.size();
    if (!end) {
        refuse(end.error());
        return false;
    }
    if (end->size == 0)
        return false;
    auto head = read_request_head(std::string_view(input_).substr(0, end->size));
    input_.erase(0, end->size);
    scanned_ = 0;
    if (!head) {
        refuse(head.error());
        return false;
    }
    if (wants_websocket(*head)) {
        begin_websocket(*head);
        return false;
    }
    if (head->expects_continue && input_.empty() && (head->chunked || head->body_size > 0)) {
        output_ += status_line(100) + "\r\n";
        owner_.wake();
    }
    head_ = std::move(*head);
    return true;
}

bool Http1Session::take_body() {
    if (head_->chunked) {
        std::string_view rest = input_;
        const auto complete = chunks_.read(rest);
        input_.erase(0, input_.size() - rest.size());
        if (!complete) {
            refuse(complete.error());
            return false;
        }
        if (!*complete)
            return false;
        head_->request.body = std::exchange(chunks_, {}).body();
    } else {
        if (input_.size() < head_->body_size)
            return false;
        head_->request.body = input_.substr(0, head_->body_size);
        input_.erase(0, head_->body_size);
    }
    dispatch();
    return true;
}

void Http1Session::dispatch() {
    slow_ = false;
    exchange_ = std::make_unique<OneExchange>(*this, std::move(*std::exchange(head_, std::nullopt)));
    ++requests_;
    exchange_->answer_ = owner_.handler.request(*exchange_);
    if (!exchange_->answer_)
        exchange_->respond_without_body(500, {}); // if nothing was answered
    else if (stopping_)
        exchange_->answer_->stopping();
    owner_.wake();
}

void Http1Session::begin_websocket(const Head& head) {
    auto handshake = accept_websocket(head);
    if (!handshake) {
        refuse(handshake.error(),
               handshake.error().status == 426 ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : "");
        fault_ = "malformed WebSocket handshake";
        return;
    }
    successor_ = std::make_unique<WebSocketSession>(std::move(owner_), *std::move(handshake), std::exchange(input_, {}),
                                                    requests_);
}

void Http1Session::refuse(Refusal refusal, std::string_view headers) {
    fault_ = refusal.status == 408 ? "slow HTTP/1.1 request" : "malformed or too long HTTP/1.1 request";
    closing_ = true;
    input_ = {};
    head_.reset();
    output_ += status_line(refusal.status);
    output_ += headers;
    output_ += "content-length: 0\r\nconnection: close\r\n\r\n";
    owner_.wake();
}

void Http1Session::write_head(const OneExchange& exchange, int status, const Headers& headers,
                              std::string_view framing) {
    output_ += status_line(status);
    for (const auto& header : headers)
        output_ += header.name + ": " + clean_value(header.value) + "\r\n";
    output_ += framing;
    if (!exchange.keep_alive_ || stopping_)
        output_ += "connection: close\r\n";
    else if (exchange.http_1_0_)
        output_ += "connection: keep-alive\r\n";
    output_ += "\r\n";
    if (!exchange.keep_alive_ || stopping_)
        closing_ = true;
    owner_.wake();
}

void Http1Session::send(std::string& out, std::size_t most) {
    if (!output_.empty())
        out += std::exchange(output_, {});
    else if (exchange_ && exchange_->responded_ && !exchange_->ended_ && !exchange_->waiting_)
        pull(out, most);
    if (exchange_ && exchange_->responded_ && exchange_->ended_ && output_.empty())
        finish_exchange();
}

void Http1Session::pull(std::string& out, std::size_t most) {
    auto& exchange = *exchange_;
    exchange.waiting_ = true; // unless resume() is called meanwhile
    std::string piece;
    const auto next = exchange.answer_ ? exchange.answer_->pull(piece, most) : Pull::end;
    if (next == Pull::more) {
        exchange.waiting_ = false;
        if (piece.empty())
            owner_.wake();
    } else if (next == Pull::later && !exchange.waiting_)
        owner_.wake();
    exchange.ended_ = next == Pull::end;
    using Framing = OneExchange::Framing;
    if (exchange.framing_ == Framing::chunked) {
        if (!piece.empty())
            append_chunk(out, piece);
        if (exchange.ended_)
            out += "0\r\n\r\n";
        return;
    }
    if (exchange.framing_ ==
        Framing::length) { // the client counts: never send more, and never leave it waiting for less
        piece.resize(std::min(piece.size(), exchange.left_));
        exchange.left_ -= piece.size();
        if (exchange.ended_ && exchange.left_ > 0)
            closing_ = true;
    }
    out += piece;
}

void Http1Session::finish_exchange() {
    if (!exchange_->keep_alive_ || stopping_)
        closing_ = true;
    drop_exchange();
    if (closing_)
        input_ = {};
    owner_.wake(); // the next request may have come already
}

/// The Answer is destroyed while its exchange exists.
void Http1Session::drop_exchange() {
    if (!exchange_)
        return;
    exchange_->responded_ = true;
    exchange_->answer_.reset();
    exchange_.reset();
}

void Http1Session::stop() {
    if (std::exchange(stopping_, true))
        return;
    if (exchange_ && exchange_->answer_)
        exchange_->answer_->stopping();
    else
        closing_ = true;
    owner_.wake();
}

/// The request of this connection is answered to its end: there is only one.
void Http1Session::stop_guessing() {
    stopping_ = true;
    closing_ = closing_ || !exchange_;
    owner_.wake();
}

void Http1Session::end_slow_requests() {
    if (incomplete() > 0 && !closing_ && std::exchange(slow_, true))
        refuse({408});
}

std::size_t Http1Session::permitted() const {
    return exchange_ && exchange_->permitted_ ? 1 : 0;
}

} // namespace http

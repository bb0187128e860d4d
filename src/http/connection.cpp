#include "http/connection.hpp"

#include "http/address.hpp"
#include "http/http1_session.hpp"
#include "http/http2_session.hpp"

#include <utility>

namespace http {

namespace {

/// What a session is asked for at once: as much as a TLS record and a frame of HTTP/2 may have.
constexpr std::size_t piece = 16UL * 1024;
/// TLS itself sends some kilobytes during the handshake, and later a record for each KeyUpdate that the client wants.
constexpr std::size_t most_tls_output = 64UL * 1024;

} // namespace

Connection::Connection(io::Loop& loop, std::unique_ptr<io::Stream> stream, std::shared_ptr<const Tls> tls,
                       const Limits& limits, Owner owner, std::uint64_t number)
    : stream_(std::move(stream)),
      limits_(limits),
      owner_(std::move(owner)),
      peer_(stream_->peer_address()),
      network_(network_of(peer_)),
      number_(number),
      next_turn_(loop),
      limit_(loop),
      request_(loop),
      silence_(loop) {
    if (tls)
        tls_ = std::make_unique<TlsSession>(std::move(tls));
    else
        begin_session(false);
    stream_->set_source([this](std::string& out) { return produce(out); });
    limit_.start(limits_.first_request, [this] { end({"no request in time"}); });
    set_reading(true);
}

/// The answers' last calls find everything else still there.
Connection::~Connection() {
    session_.reset();
}

void Connection::begin_session(bool http2) {
    SessionOwner owner{owner_.handler,
                       peer_,
                       [this] { wake(); },
                       [this] { refusals_ = 0; },
                       [this] { count_refusal(); },
                       [this] { return owner_.slowed(network_); },
                       [this] {
                           if (pinged_)
                               await_ping();
                       }};
    http2_ = http2;
    if (http2) {
        session_ = std::make_unique<Http2Session>(std::move(owner));
        expect_bytes();
    } else
        session_ = std::make_unique<Http1Session>(std::move(owner));
}

void Connection::received(std::string_view bytes) {
    if (phase_ == Phase::closing || phase_ == Phase::ended)
        return; // read only so that the client's system does not take the last bytes for lost
    if (http2_ && silence_.armed())
        expect_bytes();
    if (!tls_) {
        session_->receive(bytes);
        return check();
    }
    std::string plain;
    const auto taken = tls_->receive(bytes, plain);
    if (!session_ && tls_->established())
        begin_session(tls_->protocol() == "h2");
    if (session_ && !plain.empty())
        session_->receive(plain);
    if (!taken)
        return close_in_order({"TLS", taken.error()});
    if (tls_->output().size() > most_tls_output)
        return end({"TLS flood of KeyUpdate"});
    stream_->schedule_flush();
    if (tls_->ended())
        return client_ended({});
    check();
}

/// For the stream, when it has room for more.
bool Connection::produce(std::string& out) {
    const auto before = out.size();
    producing_ = true;
    if (!tls_) {
        if (session_)
            session_->send(out, piece);
    } else {
        if (session_) {
            std::string plain;
            session_->send(plain, piece);
            tls_->send(plain);
        }
        out += std::exchange(tls_->output(), {});
    }
    producing_ = false;
    if (std::exchange(woken_, false) || has_changed())
        next_turn_.start(std::chrono::milliseconds(0), [this] { next_turn(); });
    return out.size() > before;
}

void Connection::wake() {
    if (producing_)
        woken_ = true; // the stream ignores its source's requests to flush
    else
        stream_->schedule_flush();
}

void Connection::next_turn() {
    if (session_)
        session_->proceed();
    stream_->schedule_flush();
    check();
}

/// The handler runs inside the session: what follows from it comes later.
void Connection::count_refusal() {
    owner_.refused(network_);
    if (++refusals_ >= limits_.refusals && !guessing_)
        next_turn_.start(std::chrono::milliseconds(0), [this] { stop_guessing(); });
}

void Connection::stop_guessing() {
    if (session_ && refusals_ >= limits_.refusals && !std::exchange(guessing_, true))
        session_->stop_guessing();
    next_turn();
}

/// The system shows an ended connection and one that the client ended in its own direction alike. So answers that are
/// nearly complete may leave; streams end.
void Connection::client_ended(const std::string& error) {
    if (phase_ == Phase::ended)
        return;
    if (!error.empty() || !session_ || session_->exchanges() == 0 || phase_ == Phase::closing)
        return end(!reason_.kind.empty() || error.empty() ? reason_ : Reason{"network", error, false});
    if (std::exchange(half_closed_, true))
        return;
    silence_.start(limits_.last_bytes, [this] { end({}); });
    check();
}

Connection::Phase Connection::phase() const {
    if (phase_ == Phase::closing || phase_ == Phase::ended)
        return phase_;
    if (!session_ || session_->requests() == 0)
        return Phase::first_request;
    return session_->exchanges() > 0 ? Phase::answering : Phase::idle;
}

Connection::Rank Connection::rank() const {
    if (!session_ || session_->requests() == 0)
        return Rank::no_request;
    if (session_->exchanges() == 0)
        return Rank::idle;
    return session_->permitted() > 0 ? Rank::permitted : Rank::unknown;
}

bool Connection::has_changed() const {
    return phase() != phase_ || (session_ && (session_->finished() || session_->full() == reading_));
}

void Connection::check() {
    change_session();
    const auto fault = session_ ? session_->fault() : std::string_view();
    if (session_ && session_->finished())
        return close_in_order(fault.empty() && guessing_ ? Reason{"bad credentials again and again"}
                                                         : Reason{std::string(fault)});
    const auto now = phase();
    if (now == Phase::ended || faulty_)
        return;
    if (!fault.empty()) {
        faulty_ = true;
        limit_.start(limits_.last_bytes, [this, kind = std::string(fault)] { end({kind}); });
        return;
    }
    if (session_) {
        set_reading(!session_->full());
        limit_request();
    }
    if (half_closed_ && now == Phase::idle)
        return close_in_order({});
    if (std::exchange(phase_, now) == now)
        return;
    if (now == Phase::answering)
        limit_.cancel();
    else if (now == Phase::idle)
        limit_.start(limits_.without_request, [this] { close_idle(); });
}

void Connection::limit_request() {
    if (session_->incomplete() == 0)
        return request_.cancel();
    if (!request_.armed())
        request_.start(limits_.whole_request, [this] {
            session_->end_slow_requests();
            check();
        });
}

/// HTTP/2 says GOAWAY first.
void Connection::close_idle() {
    limit_.start(limits_.last_bytes, [this] { end({}); });
    session_->stop();
    check();
}

void Connection::stop() {
    if (phase_ == Phase::closing || phase_ == Phase::ended)
        return;
    if (!session_)
        return end({});
    session_->stop();
    check();
}

/// Lets everything leave, then waits for the client to close its side: closing ours with unread input would make the
/// system throw away what the client has not read (RFC 9112, 9.6). The end of a good answer may be long, and its client
/// slow: it has as long as an idle connection.
void Connection::close_in_order(const Reason& reason) {
    phase_ = Phase::closing;
    reason_ = reason;
    session_.reset();
    request_.cancel();
    silence_.cancel();
    const bool in_time = reason.kind.empty() && !half_closed_;
    limit_.start(in_time ? limits_.without_request : limits_.last_bytes, [this] { end(reason_); });
    set_reading(true);
    if (tls_)
        tls_->close();
    stream_->when_drained([this, in_time] {
        stream_->shut_down_writing();
        if (half_closed_)
            end(reason_);
        else if (in_time && phase_ == Phase::closing)
            limit_.start(limits_.last_bytes, [this] { end(reason_); });
    });
}

void Connection::end(const Reason& reason) {
    if (std::exchange(phase_, Phase::ended) == Phase::ended)
        return;
    session_.reset();
    limit_.cancel();
    request_.cancel();
    silence_.cancel();
    next_turn_.cancel();
    stream_->stop_reading();
    stream_->set_source(nullptr);
    owner_.ended(*this, reason);
}

void Connection::set_reading(bool on) {
    if (on == reading_)
        return;
    reading_ = on;
    if (on) {
        silence_.cancel();
        stream_->read([this](std::string_view bytes) { received(bytes); },
                      [this](const std::string& error) { client_ended(error); });
        return;
    }
    stream_->stop_reading();
    // Nobody notices now if the client vanishes.
    silence_.start(limits_.without_request, [this] { end({"too many requests at once"}); });
}

void Connection::change_session() {
    auto successor = session_ ? session_->successor() : nullptr;
    if (!successor)
        return;
    session_ = std::move(successor);
    set_reading(true);
    if (!half_closed_)
        await_ping();
    session_->proceed();
    stream_->schedule_flush();
}

/// The client of a WebSocket is asked whether or not it sends, as lnd does it.
void Connection::await_ping() {
    pinged_ = false;
    silence_.start(limits_.websocket_ping, [this] {
        pinged_ = true;
        silence_.start(limits_.websocket_pong, [this] { end({"no answer to a WebSocket ping", {}, false}); });
        session_->ping();
    });
}

/// HTTP/1.1 has no way to ask.
void Connection::expect_bytes() {
    silence_.start(limits_.silence, [this] { ask(); });
}

void Connection::ask() {
    silence_.start(limits_.ping_answer, [this] { end({"no answer to a PING", {}, false}); });
    session_->ping();
}

} // namespace http

#include "http/http2_session.hpp"

#include "http/http2_headers.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include <nghttp2/nghttp2.h>

namespace http {

class Http2Session::OneExchange final : public Exchange {
  public:
    OneExchange(Http2Session& session, std::int32_t stream) : stream_(stream), session_(session) {
        request_.http2 = true;
        request_.peer = session.owner_.peer;
    }

    [[nodiscard]] const Request& request() const override { return request_; }
    void respond(int status, Headers headers) override { answer(status, headers, true); }
    void respond_without_body(int status, Headers headers) override { answer(status, headers, false); }
    void resume() override {
        if (!waiting_ || closed_)
            return;
        waiting_ = false;
        session_.resumed_.push_back(stream_);
        session_.owner_.wake();
    }

    void answer(int status, const Headers& headers, bool with_body) {
        if (closed_ || std::exchange(responded_, true))
            return;
        session_.submit(*this, status, headers, with_body && may_have_body(request_.method, status));
    }

    /// For nghttp2: fills `out`, or says that there is nothing now.
    ssize_t read(std::span<std::uint8_t> out, std::uint32_t* flags) {
        if (sent_ == piece_.size()) {
            piece_.clear();
            sent_ = 0;
            if (!ended_ && !waiting_)
                pull(out.size());
            if (piece_.empty() && !ended_)
                return NGHTTP2_ERR_DEFERRED;
        }
        const auto size = std::min(out.size(), piece_.size() - sent_);
        std::memcpy(out.data(), piece_.data() + sent_, size);
        sent_ += size;
        if (ended_ && sent_ == piece_.size()) {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
            const auto trailers = answer_ ? answer_->trailers() : Headers();
            if (!trailers.empty()) {
                *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
                const Pairs pairs(trailers);
                nghttp2_submit_trailer(session_.session_.get(), stream_, pairs.all().data(), pairs.all().size());
            }
        }
        return static_cast<ssize_t>(size);
    }

    Request request_;
    std::unique_ptr<Answer> answer_;
    const std::int32_t stream_;
    std::size_t header_bytes_ = 0; ///< more than most_header_bytes: 431
    std::size_t held_ = 0;         ///< its share of the session's
    bool dispatched_ = false;
    bool responded_ = false;
    bool closed_ = false;

  private:
    void pull(std::size_t most) {
        waiting_ = true; // resume() may be called inside
        const auto next = answer_ ? answer_->pull(piece_, most) : Pull::end;
        if (next == Pull::more && piece_.empty())
            resume(); // in a later turn
        else if (next == Pull::more)
            waiting_ = false;
        else
            ended_ = next == Pull::end;
    }

    Http2Session& session_;
    std::string piece_;    // pulled
    std::size_t sent_ = 0; // of it
    bool waiting_ = false; // for resume()
    bool ended_ = false;   // the body is complete
};

struct Http2Session::Callbacks {
    static Http2Session& of(void* user) { return *static_cast<Http2Session*>(user); }

    static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0; // trailers
        auto& self = of(user);
        const auto stream = frame->hd.stream_id;
        if (self.stopping_) // it has crossed the GOAWAY; the client may ask again elsewhere (RFC 9113, 8.7)
            return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_REFUSED_STREAM);
        self.exchanges_[stream] = std::make_unique<OneExchange>(self, stream);
        return 0;
    }

    static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
        auto& self = of(user);
        auto* exchange = self.find_exchange(frame->hd.stream_id);
        if (exchange == nullptr || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0;
        return self.add_header(*exchange, text(name, name_size), text(value, value_size));
    }

    static int data_chunk(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                          std::size_t size, void* user) {
        auto& self = of(user);
        if (auto* exchange = self.find_exchange(stream); exchange != nullptr)
            self.add_body(*exchange, text(data, size));
        return 0;
    }

    static int frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        auto& self = of(user);
        auto* exchange = self.find_exchange(frame->hd.stream_id);
        const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (exchange != nullptr && ends && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA))
            self.dispatch(*exchange);
        return 0;
    }

    static int frame_send(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        // RFC 9113, 8.1: the rest of a request that was answered early is not wanted.
        const auto stream = frame->hd.stream_id;
        const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (ends && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
            of(user).find_exchange(stream) != nullptr && nghttp2_session_get_stream_remote_close(session, stream) == 0)
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_NO_ERROR);
        return 0;
    }

    static int stream_close(nghttp2_session*, std::int32_t stream, std::uint32_t, void* user) {
        of(user).closed(stream);
        return 0;
    }

    static ssize_t read(nghttp2_session*, std::int32_t stream, std::uint8_t* out, std::size_t size,
                        std::uint32_t* flags, nghttp2_data_source*, void* user) {
        auto* exchange = of(user).find_exchange(stream);
        if (exchange == nullptr)
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        return exchange->read({out, size}, flags);
    }
};

Http2Session::Http2Session(SessionOwner owner) : owner_(std::move(owner)), session_(nullptr, nghttp2_session_del) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data_chunk);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame_recv);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::frame_send);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::stream_close);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_closed_streams(option, 1); // of use only for the priorities of RFC 7540
    nghttp2_option_set_max_outbound_ack(option, 100);
    nghttp2_session* session = nullptr;
    nghttp2_session_server_new2(&session, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    session_.reset(session);
    const std::array<nghttp2_settings_entry, 3> settings{{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, most_header_bytes},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    }};
    nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size());
}

Http2Session::~Http2Session() {
    owner_.wake = [] {}; // an Answer may call its exchange while it is destroyed
    for (auto& [stream, exchange] : exchanges_) {
        exchange->closed_ = true;
        closed_.push_back(std::move(exchange));
    }
    exchanges_.clear();
    release_closed();
}

void Http2Session::receive(std::string_view bytes) {
    if (broken_)
        return;
    const auto rc =
        nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (rc < 0) // nothing in these bytes can be answered
        broken_ = true;
    else if (nghttp2_session_get_outbound_queue_size(session_.get()) > most_frames_owed)
        broken_ = true;
    release_closed();
    owner_.wake();
}

void Http2Session::send(std::string& out, std::size_t most) {
    if (broken_)
        return;
    for (const auto stream : std::exchange(resumed_, {}))
        nghttp2_session_resume_data(session_.get(), stream);
    const auto before = out.size();
    while (out.size() - before < most) {
        const std::uint8_t* bytes = nullptr;
        const auto size = nghttp2_session_mem_send(session_.get(), &bytes);
        if (size <= 0) {
            broken_ = size < 0;
            break;
        }
        out += text(bytes, static_cast<std::size_t>(size));
    }
    release_closed();
}

void Http2Session::stop() {
    if (std::exchange(stopping_, true))
        return;
    nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    for (const auto& [stream, exchange] : exchanges_)
        if (exchange->answer_)
            exchange->answer_->stopping();
    owner_.wake();
}

bool Http2Session::ping() {
    nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
    owner_.wake();
    return true;
}

bool Http2Session::finished() const {
    return broken_ ||
           (nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0);
}

Http2Session::OneExchange* Http2Session::find_exchange(std::int32_t stream) {
    const auto found = exchanges_.find(stream);
    return found == exchanges_.end() ? nullptr : found->second.get();
}

int Http2Session::add_header(OneExchange& exchange, std::string_view name, std::string_view value) {
    const auto size = counted_size(name, value);
    exchange.header_bytes_ += size;
    if (exchange.header_bytes_ > most_header_bytes)
        return 0; // answered with 431 when it is complete
    if (!hold(exchange, size))
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; // resets the stream
    auto& request = exchange.request_;
    if (name == ":method")
        request.method = value;
    else if (name == ":path")
        set_target(request, value);
    else if (name == ":authority")
        request.headers.push_back({"host", std::string(value)});
    else if (!name.starts_with(':') && !(name == "host" && count(request.headers, "host") > 0))
        request.headers.push_back({std::string(name), std::string(value)});
    return 0;
}

void Http2Session::add_body(OneExchange& exchange, std::string_view bytes) {
    auto& request = exchange.request_;
    if (exchange.dispatched_)
        return; // answered early
    if (request.body.size() + bytes.size() > most_body_bytes || !hold(exchange, bytes.size())) {
        request.body = {};
        request.body_too_long = true;
        return dispatch(exchange);
    }
    request.body += bytes;
}

/// False if all requests of this connection would hold too much.
bool Http2Session::hold(OneExchange& exchange, std::size_t bytes) {
    if (held_ + bytes > most_held)
        return false;
    held_ += bytes;
    exchange.held_ += bytes;
    return true;
}

void Http2Session::dispatch(OneExchange& exchange) {
    if (std::exchange(exchange.dispatched_, true))
        return;
    ++requests_;
    ++answering_;
    if (exchange.header_bytes_ > most_header_bytes)
        return exchange.respond_without_body(431, {});
    exchange.answer_ = owner_.handler.request(exchange);
    if (!exchange.answer_)
        exchange.respond_without_body(500, {}); // if nothing was answered
    else if (stopping_)
        exchange.answer_->stopping();
}

void Http2Session::submit(OneExchange& exchange, int status, const Headers& headers, bool with_body) {
    Headers all{{":status", std::to_string(status)}};
    all.insert(all.end(), headers.begin(), headers.end());
    const Pairs pairs(all);
    nghttp2_data_provider body{};
    body.read_callback = Callbacks::read;
    nghttp2_submit_response(session_.get(), exchange.stream_, pairs.all().data(), pairs.all().size(),
                            with_body ? &body : nullptr);
    owner_.wake();
}

void Http2Session::closed(std::int32_t stream) {
    const auto found = exchanges_.find(stream);
    if (found == exchanges_.end())
        return;
    auto exchange = std::move(found->second);
    exchanges_.erase(found);
    exchange->closed_ = true;
    held_ -= exchange->held_;
    if (exchange->dispatched_)
        --answering_;
    closed_.push_back(std::move(exchange));
}

/// Each Answer is destroyed while its exchange exists.
void Http2Session::release_closed() {
    while (!closed_.empty()) {
        const auto last = std::move(closed_.back());
        closed_.pop_back();
        last->answer_.reset();
    }
}

} // namespace http

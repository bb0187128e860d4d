#include "http/http2_session.hpp"

#include "http/http2_exchange.hpp"
#include "http/http2_faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace http {

namespace {

/// A block of headers that is longer, decoded, is not answered any more.
constexpr std::size_t most_block_bytes = 8 * most_header_bytes;

} // namespace

struct Http2Session::Callbacks {
    static Http2Session& of(void* user) { return *static_cast<Http2Session*>(user); }

    static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        of(user).block_bytes_ = 0;
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
        self.block_bytes_ += counted_size(text(name, name_size), text(value, value_size));
        if (self.block_bytes_ > most_block_bytes) {
            self.give_up("HTTP/2 header bomb");
            return NGHTTP2_ERR_CALLBACK_FAILURE;
        }
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
        if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR && !of(user).stopping_ &&
            of(user).fault_.empty())
            of(user).fault_ = fault_of(NGHTTP2_ERR_PROTO); // nghttp2 says it by itself
        if (frame->hd.type == NGHTTP2_DATA)
            of(user).budget_.earn(FrameBudget::of_data_sent);
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
    if (broken_ || !fault_.empty())
        return;
    budget_.refill(std::chrono::steady_clock::now());
    scanner_.scan(bytes, [this](const FrameHead& frame) { charge(frame); });
    const auto rc =
        nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (rc < 0 || nghttp2_session_get_outbound_queue_size(session_.get()) > most_frames_owed) {
        broken_ = true; // nothing in these bytes can be answered
        if (fault_.empty())
            fault_ = rc < 0 && rc != NGHTTP2_ERR_FLOODED ? fault_of(static_cast<int>(rc)) : flood_;
    }
    release_closed();
    owner_.wake();
}

/// Says GOAWAY, and reads no more.
void Http2Session::give_up(std::string_view fault) {
    if (!fault_.empty())
        return;
    fault_ = fault;
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::charge(const FrameHead& frame) {
    if (frame.type != NGHTTP2_HEADERS || last_frame_ == NGHTTP2_HEADERS)
        flood_ = flood_of(frame.type);
    last_frame_ = frame.type;
    if (!budget_.spend(cost_of(frame)))
        give_up(flood_);
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
    go_away(NGHTTP2_NO_ERROR);
    if (std::exchange(stopped_, true))
        return;
    for (const auto& [stream, exchange] : exchanges_)
        if (exchange->answer_)
            exchange->answer_->stopping();
}

void Http2Session::stop_guessing() {
    go_away(NGHTTP2_ENHANCE_YOUR_CALM);
    for (const auto& [stream, exchange] : exchanges_)
        if (!exchange->permitted_ && !exchange->refused_ && !exchange->responded_)
            reset(stream, NGHTTP2_ENHANCE_YOUR_CALM);
}

/// Takes no more requests.
void Http2Session::go_away(std::uint32_t error) {
    if (std::exchange(stopping_, true))
        return;
    nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
                          error, nullptr, 0);
    owner_.wake();
}

void Http2Session::end_slow_requests() {
    for (const auto& [stream, exchange] : exchanges_)
        if (!exchange->dispatched_ && std::exchange(exchange->slow_, true))
            reset(stream, NGHTTP2_CANCEL);
    owner_.wake();
}

void Http2Session::reset(std::int32_t stream, std::uint32_t error) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, error);
}

bool Http2Session::ping() {
    nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
    owner_.wake();
    return true;
}

std::size_t Http2Session::incomplete() const {
    return exchanges_.size() - answering_;
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
    budget_.earn(FrameBudget::of_request);
    if (exchange.header_bytes_ > most_header_bytes && !budget_.spend(FrameBudget::cost_of_long_headers))
        return give_up("HTTP/2 header bomb");
    if (exchange.header_bytes_ > most_header_bytes)
        return exchange.respond_without_body(431, {});
    exchange.answer_ = owner_.handler.request(exchange);
    if (!exchange.answer_)
        exchange.respond_without_body(500, {}); // if nothing was answered
    else if (stopped_)
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
    if (exchange->permitted_)
        --permitted_;
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

// The client's side of HTTP/2, in memory: nghttp2's own.
#pragma once

#include "http/message.hpp"

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nghttp2/nghttp2.h>

namespace unit {

class Http2Client final {
  public:
    struct Stream {
        int status = 0;
        http::Headers headers;
        http::Headers trailers;
        std::string body;
        bool ended = false;  // END_STREAM
        bool closed = false; // or reset
        std::uint32_t reset = NGHTTP2_NO_ERROR;
    };

    Http2Client() {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_option* option = nullptr;
        nghttp2_option_new(&option);
        nghttp2_option_set_no_auto_ping_ack(option, 1); // a test answers by itself, if it does
        nghttp2_session* session = nullptr;
        nghttp2_session_client_new2(&session, callbacks, this, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        session_.reset(session);
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    Http2Client(const Http2Client&) = delete;
    Http2Client& operator=(const Http2Client&) = delete;

    /// Returns the stream. Without `whole` the body stays open.
    std::int32_t request(const std::string& method, const std::string& path, const http::Headers& more = {},
                         std::string body = {}, bool whole = true) {
        http::Headers headers{{":method", method}, {":scheme", "https"}, {":authority", "node:1"}, {":path", path}};
        headers.insert(headers.end(), more.begin(), more.end());
        std::vector<nghttp2_nv> pairs;
        for (const auto& header : headers)
            pairs.push_back(pair(header));
        outgoing_ = std::make_unique<Body>(Body{std::move(body), 0, whole});
        nghttp2_data_provider provider{};
        provider.source.ptr = outgoing_.get();
        provider.read_callback = read_body;
        const bool with_body = !outgoing_->text.empty() || !whole;
        const auto stream = nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(),
                                                   with_body ? &provider : nullptr, nullptr);
        bodies_.push_back(std::move(outgoing_));
        return stream;
    }

    void receive(std::string_view bytes) {
        const auto rc =
            nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        broken = broken || rc < 0;
    }
    std::string send() {
        std::string out;
        const std::uint8_t* bytes = nullptr;
        for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_.get(), &bytes)) > 0;)
            out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
        return out;
    }
    Stream& operator[](std::int32_t stream) { return streams_[stream]; }
    nghttp2_session* raw() { return session_.get(); }

    bool broken = false;
    bool goaway = false;
    std::uint32_t goaway_error = 0;
    int pings = 0;
    bool answers_pings = true;
    std::map<std::int32_t, std::uint32_t> settings;

  private:
    struct Body {
        std::string text;
        std::size_t sent = 0;
        bool whole = true;
    };

    static Http2Client& of(void* user) { return *static_cast<Http2Client*>(user); }
    static nghttp2_nv pair(const http::Header& header) {
        const auto bytes = [](const std::string& text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        return {bytes(header.name), bytes(header.value), header.name.size(), header.value.size(), NGHTTP2_NV_FLAG_NONE};
    }
    static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t size, std::uint32_t* flags,
                             nghttp2_data_source* source, void*) {
        auto& body = *static_cast<Body*>(source->ptr);
        const auto n = std::min(size, body.text.size() - body.sent);
        if (n == 0 && !body.whole)
            return NGHTTP2_ERR_DEFERRED;
        std::memcpy(out, body.text.data() + body.sent, n);
        body.sent += n;
        if (body.sent == body.text.size() && body.whole)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(n);
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
        auto& stream = of(user).streams_[frame->hd.stream_id];
        http::Header header{{reinterpret_cast<const char*>(name), name_size},
                            {reinterpret_cast<const char*>(value), value_size}};
        if (header.name == ":status")
            stream.status = std::stoi(header.value);
        else
            (frame->headers.cat == NGHTTP2_HCAT_HEADERS ? stream.trailers : stream.headers).push_back(header);
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data, std::size_t size,
                       void* user) {
        of(user).streams_[stream].body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }
    static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        auto& self = of(user);
        if (frame->hd.type == NGHTTP2_GOAWAY) {
            self.goaway = true;
            self.goaway_error = frame->goaway.error_code;
        } else if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
            ++self.pings;
            if (self.answers_pings)
                nghttp2_submit_ping(session, NGHTTP2_FLAG_ACK, frame->ping.opaque_data);
        } else if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
            for (std::size_t i = 0; i < frame->settings.niv; ++i)
                self.settings[frame->settings.iv[i].settings_id] = frame->settings.iv[i].value;
        } else if (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) {
            if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
                self.streams_[frame->hd.stream_id].ended = true;
        } else if (frame->hd.type == NGHTTP2_RST_STREAM)
            self.streams_[frame->hd.stream_id].reset = frame->rst_stream.error_code;
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t, void* user) {
        of(user).streams_[stream].closed = true;
        return 0;
    }

    struct Delete {
        void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
    };
    std::unique_ptr<nghttp2_session, Delete> session_;
    std::map<std::int32_t, Stream> streams_;
    std::unique_ptr<Body> outgoing_;
    std::vector<std::unique_ptr<Body>> bodies_; // nghttp2 reads them later
};

} // namespace unit

// One request of an HTTP/2 connection and its answer, between nghttp2 and the application. Used by the session only.
#pragma once

#include "http/http2_headers.hpp"
#include "http/http2_session.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

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

    void permitted() override {
        if (closed_ || std::exchange(permitted_, true))
            return;
        ++session_.permitted_;
        session_.owner_.permitted();
    }
    void refused() override {
        if (!closed_ && !std::exchange(refused_, true))
            session_.owner_.refused();
    }
    [[nodiscard]] bool slowed() const override { return session_.owner_.slowed(); }

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
    bool slow_ = false;            ///< was incomplete at the last end_slow_requests()
    bool dispatched_ = false;
    bool permitted_ = false;
    bool refused_ = false;
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

} // namespace http

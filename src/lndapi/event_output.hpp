// Answers as server-sent events (WHATWG HTML, 9.2), which LND does not have: each Payment is an event, with its cursor
// as `id`, so a client that connects again resumes by `Last-Event-ID` without any code of its own.
#pragma once

#include "lndapi/output.hpp"

namespace lndapi {

/// True if `Accept` lists text/event-stream.
[[nodiscard]] bool wants_events(const http::Request& http);

class EventOutput final : public Output {
  public:
    /// `pause`: between two comments that show that the stream is open.
    explicit EventOutput(std::chrono::milliseconds pause = std::chrono::seconds(15)) : pause_(pause) {}

    [[nodiscard]] http::Headers headers(const consumer::CursorPtr& cursor,
                                        std::optional<std::size_t> json_bytes) const override;
    /// How soon a browser connects again, and the position before the first event.
    [[nodiscard]] std::string preface(const consumer::CursorPtr& cursor) const override;
    [[nodiscard]] std::optional<KeepAlive> keep_alive() const override { return KeepAlive{pause_, ": keepalive\n\n"}; }
    [[nodiscard]] bool payment(std::string& out, const Item& item) const override;
    void message(std::string& out, std::string_view json, const wire::Message& type) const override;
    /// An error is an event of its own kind; a good end is silent.
    void end(std::string& out, const Failure& end) const override;
    [[nodiscard]] http::Headers trailers(const Failure&, const consumer::CursorPtr&) const override { return {}; }
    /// As in REST: the stream has not begun.
    [[nodiscard]] std::string fail(http::Exchange& exchange, const Failure& failure,
                                   std::optional<int> http_status) const override;

  private:
    std::chrono::milliseconds pause_;
};

} // namespace lndapi

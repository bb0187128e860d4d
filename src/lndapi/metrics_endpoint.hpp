// Answers `GET /metrics` on the REST listener: looks at the credentials, then asks for the page. Answers are plain
// text, as a monitoring program shows them: 401 without a good rune, 403 if the rune does not permit it.
#pragma once

#include "lndapi/authority.hpp"
#include "lndapi/call.hpp"

namespace lndapi {

/// Makes the page.
class MetricsSource {
  public:
    MetricsSource() = default;
    MetricsSource(const MetricsSource&) = delete;
    MetricsSource& operator=(const MetricsSource&) = delete;

    using Reply = std::function<void(const std::string& page)>;
    /// Passes the page to `reply` once, at once or soon.
    virtual void scrape(Reply reply) = 0;

  protected:
    ~MetricsSource() = default;
};

class MetricsEndpoint final {
  public:
    static constexpr std::string_view path = "/metrics";
    /// The command that a rune must permit.
    static constexpr std::string_view rune_method = "trackpayments-status";

    MetricsEndpoint(io::Loop& loop, Authority& authority) : loop_(loop), authority_(authority) {}

    /// Before this there is no such path. `open`: clients on this machine need no rune (is_local).
    void serve(MetricsSource& source, bool open) {
        source_ = &source;
        open_ = open;
    }
    [[nodiscard]] bool serves(const http::Request& request) const { return source_ && request.path == path; }
    /// Of a request that it serves. begin() it next.
    [[nodiscard]] std::unique_ptr<Call> make_call(http::Exchange& exchange) const;
    void begin(Call& call);

  private:
    io::Loop& loop_;
    Authority& authority_;
    MetricsSource* source_ = nullptr;
    bool open_ = false;
};

} // namespace lndapi

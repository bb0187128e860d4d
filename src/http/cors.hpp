// Lets web pages of other origins read the answers, as LND does it (rpcserver.go, allowCORS): requests with `Origin`
// get three headers, and every OPTIONS of them ends here. Stands before another handler.
#pragma once

#include "http/exchange.hpp"

#include <vector>

namespace http {

class Cors final : public Handler {
  public:
    /// `handler` must outlive it.
    explicit Cors(Handler& handler) : handler_(handler) {}

    /// Origins, such as https://example.com:8080, or `*` for all. Without any, nothing changes. Not for requests that
    /// are open.
    void allow(std::vector<std::string> origins) { origins_ = std::move(origins); }
    std::unique_ptr<Answer> request(Exchange& exchange) override;

  private:
    [[nodiscard]] Headers headers_for(std::string_view origin) const;

    Handler& handler_;
    std::vector<std::string> origins_;
};

} // namespace http

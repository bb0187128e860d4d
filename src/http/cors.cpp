#include "http/cors.hpp"

#include "http/date.hpp"

#include <algorithm>
#include <utility>

namespace http {

namespace {

/// The exchange as the other handler sees it: its headers get more.
class WithHeaders final : public Exchange {
  public:
    WithHeaders(Exchange& exchange, Headers more) : exchange_(exchange), more_(std::move(more)) {}

    [[nodiscard]] const Request& request() const override { return exchange_.request(); }
    void respond(int status, Headers headers) override { exchange_.respond(status, added_to(std::move(headers))); }
    void respond_without_body(int status, Headers headers) override {
        exchange_.respond_without_body(status, added_to(std::move(headers)));
    }
    void resume() override { exchange_.resume(); }
    void permitted() override { exchange_.permitted(); }
    void refused() override { exchange_.refused(); }
    [[nodiscard]] bool slowed() const override { return exchange_.slowed(); }

  private:
    [[nodiscard]] Headers added_to(Headers headers) const {
        headers.insert(headers.begin(), more_.begin(), more_.end());
        return headers;
    }

    Exchange& exchange_;
    const Headers more_;
};

/// Keeps the exchange for as long as the other handler's answer, which is destroyed first.
class CorsAnswer final : public Answer {
  public:
    CorsAnswer(Handler& handler, Exchange& exchange, Headers headers)
        : exchange_(exchange, std::move(headers)), answer_(handler.request(exchange_)) {}

    [[nodiscard]] bool is_complete() const { return !answer_; }

  private:
    Pull pull(std::string& out, std::size_t most) override { return answer_->pull(out, most); }
    Headers trailers() override { return answer_->trailers(); }
    void stopping() override { answer_->stopping(); }

    WithHeaders exchange_;
    std::unique_ptr<Answer> answer_;
};

} // namespace

std::unique_ptr<Answer> Cors::request(Exchange& exchange) {
    const auto& request = exchange.request();
    const auto origin = find(request.headers, "origin").value_or("");
    // A WebSocket's own handshake is not subject to CORS, and the request inside comes after it.
    if (origins_.empty() || origin.empty() || request.websocket)
        return handler_.request(exchange);
    auto headers = headers_for(origin);
    if (request.method == "OPTIONS") {
        headers.push_back({"Date", date(std::chrono::system_clock::now())});
        exchange.respond_without_body(200, std::move(headers));
        return nullptr;
    }
    auto answer = std::make_unique<CorsAnswer>(handler_, exchange, std::move(headers));
    return answer->is_complete() ? nullptr : std::move(answer);
}

Headers Cors::headers_for(std::string_view origin) const {
    Headers headers{{"Access-Control-Allow-Headers", "Content-Type, Accept, Grpc-Metadata-Macaroon"},
                    {"Access-Control-Allow-Methods", "GET, POST, DELETE"}};
    const bool allowed = std::any_of(origins_.begin(), origins_.end(),
                                     [&](const std::string& one) { return one == "*" || one == origin; });
    if (allowed)
        headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
    return headers;
}

} // namespace http

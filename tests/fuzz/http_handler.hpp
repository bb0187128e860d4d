// A handler for the sessions under test: the path decides how it answers, and all answers are counted.
#pragma once

#include "fuzz.hpp"
#include "http/exchange.hpp"

#include <string>
#include <vector>

namespace fuzz {

class HttpHandler final : public http::Handler {
  public:
    std::vector<http::Request> requests;
    std::vector<http::Exchange*> open; // whose answers exist
    int created = 0;
    int destroyed = 0;

    std::unique_ptr<http::Answer> request(http::Exchange& exchange) override {
        const auto& request = exchange.request();
        require(request.body.size() <= http::most_body_bytes, "a body is bounded");
        require(!request.body_too_long || request.body.empty(), "a body that is too long is not kept");
        requests.push_back(request);
        const auto kind = request.path.size() % 5;
        if (kind == 1)
            exchange.respond_without_body(404, {{"A", "b\r\nc"}});
        else if (kind != 2)
            exchange.respond(200, kind == 3 ? http::Headers{{"content-length", "7"}} : http::Headers{});
        if (kind == 4 && request.query.empty())
            return nullptr;
        ++created;
        open.push_back(&exchange);
        return std::make_unique<OneAnswer>(*this, exchange, static_cast<int>(request.path.size() % 7));
    }
    /// As a program does at any time.
    void resume_all() {
        for (auto* exchange : open) {
            exchange->respond(200, {});
            exchange->resume();
        }
    }

  private:
    class OneAnswer final : public http::Answer {
      public:
        OneAnswer(HttpHandler& handler, http::Exchange& exchange, int pieces)
            : handler_(handler), exchange_(exchange), pieces_(pieces) {}
        ~OneAnswer() override {
            ++handler_.destroyed;
            std::erase(handler_.open, &exchange_);
            exchange_.resume();
        }
        http::Pull pull(std::string& out, std::size_t most) override {
            if (pieces_-- <= 0)
                return http::Pull::end;
            if (pieces_ % 3 == 1)
                return http::Pull::later;
            out.append(pieces_ % 2 == 0 ? 3 : most, 'x');
            return pieces_ % 2 == 0 ? http::Pull::more : http::Pull::later;
        }
        http::Headers trailers() override { return {{"Grpc-Status", std::to_string(pieces_)}}; }
        void stopping() override { exchange_.resume(); }

      private:
        HttpHandler& handler_;
        http::Exchange& exchange_;
        int pieces_;
    };
};

} // namespace fuzz

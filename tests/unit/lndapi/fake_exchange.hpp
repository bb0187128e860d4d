// A request and its answer without a connection: the test is the client, and pulls as a reader would.
#pragma once

#include "http/exchange.hpp"

namespace unit {

class FakeExchange final : public http::Exchange {
  public:
    http::Request asked;
    int status = 0; ///< 0: no header yet
    http::Headers headers;
    bool without_body = false;
    std::size_t resumed = 0;
    int permissions = 0;
    int refusals = 0;
    bool is_slowed = false;
    std::unique_ptr<http::Answer> answer;
    http::Headers trailers;
    bool ended = false;

    [[nodiscard]] const http::Request& request() const override { return asked; }
    void respond(int code, http::Headers given) override {
        status = code;
        headers = std::move(given);
    }
    void respond_without_body(int code, http::Headers given) override {
        respond(code, std::move(given));
        without_body = ended = true;
    }
    void resume() override { ++resumed; }
    void permitted() override { ++permissions; }
    void refused() override { ++refusals; }
    [[nodiscard]] bool slowed() const override { return is_slowed; }

    /// Everything that there is to read now.
    std::string read() {
        std::string body;
        while (status != 0 && !ended) {
            const auto pull = answer->pull(body, 1000);
            if (pull == http::Pull::later)
                break;
            if (pull == http::Pull::end) {
                ended = true;
                trailers = answer->trailers();
            }
        }
        return body;
    }
    [[nodiscard]] static std::string value(const http::Headers& all, std::string_view name) {
        for (const auto& header : all)
            if (header.name == name)
                return header.value;
        return "(none)";
    }
};

} // namespace unit

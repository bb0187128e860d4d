// A handler whose answers a test fills and ends by hand.
#pragma once

#include "http/exchange.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace unit {

/// What an answer gives when it is pulled, and what became of it. Outlives the answer.
struct Script {
    std::deque<std::string> pieces;
    bool ended = false; // nothing follows the pieces
    http::Headers trailers;
    std::function<void(Script&)> on_pull;
    std::function<void(Script&)> on_destroy;
    std::function<void(Script&)> on_stopping;

    http::Exchange* exchange = nullptr; // valid until the answer is destroyed
    int pulls = 0;
    std::size_t pulled = 0; // bytes
    int stops = 0;
    bool destroyed = false;

    void give(std::string piece) {
        pieces.push_back(std::move(piece));
        exchange->resume();
    }
    void end() {
        ended = true;
        exchange->resume();
    }
};

class ScriptAnswer final : public http::Answer {
  public:
    explicit ScriptAnswer(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    ~ScriptAnswer() override {
        if (script_->on_destroy)
            script_->on_destroy(*script_);
        script_->destroyed = true;
    }
    http::Pull pull(std::string& out, std::size_t) override {
        ++script_->pulls;
        if (script_->on_pull)
            script_->on_pull(*script_);
        if (!script_->pieces.empty()) {
            out += script_->pieces.front();
            script_->pulled += script_->pieces.front().size();
            script_->pieces.pop_front();
            return script_->pieces.empty() && script_->ended ? http::Pull::end : http::Pull::more;
        }
        return script_->ended ? http::Pull::end : http::Pull::later;
    }
    http::Headers trailers() override { return script_->trailers; }
    void stopping() override {
        ++script_->stops;
        if (script_->on_stopping)
            script_->on_stopping(*script_);
    }

  private:
    std::shared_ptr<Script> script_;
};

class ScriptHandler final : public http::Handler {
  public:
    /// Called inside request(); the default answers 200 and leaves the body open. False: no Answer.
    std::function<bool(http::Exchange&, Script&)> on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond(200, {});
        return true;
    };
    std::vector<http::Request> requests;
    std::vector<std::shared_ptr<Script>> scripts;

    std::unique_ptr<http::Answer> request(http::Exchange& exchange) override {
        requests.push_back(exchange.request());
        scripts.push_back(std::make_shared<Script>());
        const auto script = scripts.back();
        script->exchange = &exchange;
        if (!on_request(exchange, *script))
            return nullptr;
        return std::make_unique<ScriptAnswer>(script);
    }
};

/// Answers every request at once with this text.
inline auto with_text(std::string body, http::Headers headers = {}) {
    return [body = std::move(body), headers = std::move(headers)](http::Exchange& exchange, Script& script) {
        exchange.respond(200, headers);
        script.pieces = {body};
        script.ended = true;
        return true;
    };
}

} // namespace unit

// The service with a reader, on a fake lightningd: the test answers as the tracker and lightningd would, publishes
// messages, and calls as a client.
#pragma once

#include "fake_exchange.hpp"
#include "fake_lightningd.hpp"
#include "json/text.hpp"
#include "lndapi/grpc_frame.hpp"
#include "lndapi/service.hpp"
#include "rpc/error.hpp"
#include "until.hpp"

#include <map>

#include <doctest/doctest.h>

namespace unit {

inline std::string payment_hash(char digit) {
    return std::string(64, digit);
}

/// A Payment with as many attempts in flight as given.
inline std::string payment_json(int index, char digit, std::string_view status, int attempts = 1) {
    auto htlcs = json::Tree::array();
    for (int i = 0; i < attempts; ++i)
        htlcs.push_back({{"status", status}});
    return json::dump({{"payment_hash", payment_hash(digit)},
                       {"status", status},
                       {"payment_index", std::to_string(index)},
                       {"htlcs", htlcs}});
}

struct ServiceFixture {
    io::Loop loop;
    FakeLightningd node{loop};
    std::vector<std::string> logged;
    base::Log log = [this](base::LogLevel, const std::string& text) { logged.push_back(text); };
    rpc::Client client{loop, "lnd", "tag", log};
    lndapi::Hub hub;
    consumer::Reader reader{loop, client, log, hub};
    std::chrono::milliseconds between_checks{3'600'000};
    std::optional<std::chrono::system_clock::time_point> now; ///< the service's clock; nothing: the system's
    lndapi::Service service{{loop, reader, hub, log}, client, between_checks, [this] {
                                return now.value_or(std::chrono::system_clock::now());
                            }};

    /// The tracker's answer to each call of `trackpayments`, by its params; the default is an empty table.
    std::function<std::string(const json::Tree& params)> tracker = [](const json::Tree&) {
        return std::string(R"({"payments":[],"cursor":"n.run1.1.1"})");
    };
    /// lightningd's error for checkrune; code 0: the rune is valid.
    rpc::Error rune_error;
    std::vector<json::Tree> rune_checks; ///< params of checkrune
    /// Calls of this method are not answered: they stay in `node.calls`.
    std::string held;
    /// An error instead of `tracker`'s answer; code 0: none.
    rpc::Error tracker_error;

    explicit ServiceFixture(std::chrono::milliseconds pause = std::chrono::hours(1), lndapi::Ledger::Limits limits = {})
        : hub(limits), between_checks(pause) {
        hub.listen_to(reader);
        node.answers = [this](const Call& call) { return reply_to(call); };
        client.start(
            node.path(), [this] { reader.connected(); }, [this] { reader.disconnected(); });
    }
    /// Until the reader has the tracker's answer.
    void begin() {
        REQUIRE(until(loop, [this] { return reader.state() == consumer::State::active; }));
    }

    void publish(const std::string& payment, const std::string& cursor) {
        const auto params = R"({"trackpayments":)" + payment + R"(,"cursor":")" + cursor + "\"}";
        rpc::Message message;
        message.method = "trackpayments";
        message.params = params;
        reader.notification(message);
    }

    /// A gRPC call with a macaroon that is a rune.
    std::unique_ptr<FakeExchange> grpc(const std::string& path, const std::string& message, http::Headers more = {}) {
        auto exchange = std::make_unique<FakeExchange>();
        exchange->asked.http2 = true;
        exchange->asked.method = "POST";
        exchange->asked.path = path;
        exchange->asked.peer = "127.0.0.1";
        exchange->asked.headers = {{"content-type", "application/grpc"}, {"macaroon", rune}};
        for (auto& header : more)
            exchange->asked.headers.push_back(std::move(header));
        lndapi::append_grpc_head(exchange->asked.body, message.size());
        exchange->asked.body += message;
        return start(std::move(exchange));
    }
    std::unique_ptr<FakeExchange> rest(const std::string& path, const std::string& query = "", bool macaroon = true) {
        auto exchange = std::make_unique<FakeExchange>();
        exchange->asked.method = "GET";
        exchange->asked.path = path;
        exchange->asked.query = query;
        exchange->asked.peer = "127.0.0.1";
        if (macaroon)
            exchange->asked.headers = {{"grpc-metadata-macaroon", rune}};
        return start(std::move(exchange));
    }
    std::unique_ptr<FakeExchange> start(std::unique_ptr<FakeExchange> exchange) {
        exchange->answer = service.request(*exchange);
        return exchange;
    }
    /// What the client gets until its call has a header, and has nothing more to give.
    std::string answer(FakeExchange& exchange) {
        REQUIRE(until(loop, [&] { return exchange.status != 0; }));
        std::string body;
        for (int i = 0; i < 20; ++i) {
            settle(loop);
            body += exchange.read();
        }
        return body;
    }

    // base64url of 32 bytes
    static inline const std::string rune = std::string(42, 'A') + "A=";

  private:
    std::optional<std::string> reply_to(const Call& call) {
        if (call.method == held)
            return std::nullopt;
        const auto params = json::parse(call.params);
        const auto reply = [&](const std::string& result, const rpc::Error& error) {
            return error.code != 0 ? rpc::error(call.id, error) : rpc::result(call.id, result);
        };
        if (call.method == "checkrune") {
            rune_checks.push_back(*params);
            return reply(R"({"valid":true})", rune_error);
        }
        if (call.method == "trackpayments")
            return reply(tracker(*params), tracker_error);
        return std::nullopt;
    }
};

} // namespace unit

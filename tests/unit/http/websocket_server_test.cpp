// WebSockets through the whole server: what its connections do beside the session.
#include "server_fixture.hpp"
#include "until.hpp"
#include "websocket_frames.hpp"

#include "io/timer.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace websocket_server_test {

using unit::Script;
using unit::ServerClient;
using unit::until;
using namespace std::chrono_literals;
using namespace unit::websocket;

namespace {

struct Fixture : unit::ServerFixture {
    using ServerFixture::ServerFixture;

    /// A client whose handshake was answered.
    std::unique_ptr<ServerClient> open(bool with_tls, std::string_view target = "/a") {
        auto made = std::make_unique<ServerClient>(loop, with_tls ? tls_port : plain_port, with_tls ? "" : nullptr);
        REQUIRE(until(loop, [&] { return made->ready(); }));
        made->send(handshake(target));
        REQUIRE(until(loop, [&] { return made->received == accepted; }));
        made->received.clear();
        return made;
    }
    bool gets(ServerClient& client, const std::string& bytes) {
        return until(loop, [&] { return client.received == bytes; });
    }
    [[nodiscard]] bool has_logged(const std::string& part) const {
        return std::any_of(logged.begin(), logged.end(),
                           [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }
};

/// As the server sends it.
std::string message(std::string_view payload) {
    return raw(0x81, payload, false);
}
std::string closed(unsigned number) {
    return raw(0x88, code(number), false);
}
const std::string server_ping = raw(0x89, "are you there?", false);

} // namespace

TEST_CASE("a WebSocket over TLS and without, until the client closes") {
    Fixture f;
    for (const bool with_tls : {false, true}) {
        const auto client = f.open(with_tls);
        auto& script = *f.handler.scripts.back();
        script.give("one\ntwo\n");
        CHECK(f.gets(*client, message("one") + message("two")));
        client->received.clear();
        client->send(frame(ping, "p"));
        CHECK(f.gets(*client, raw(0x8a, "p", false)));
        client->send(frame(closing, code(1000)));
        CHECK(until(f.loop, [&] { return client->closed; }));
        CHECK(client->received.ends_with(closed(1000)));
        CHECK(script.destroyed);
    }
    CHECK(f.logged.empty());
}

TEST_CASE("after the answer the connection is closed in order") {
    Fixture f;
    f.handler.on_request = unit::with_text("all\n");
    ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(handshake() + frame(text, "{}"));
    CHECK(until(f.loop, [&] { return client.closed; }));
    CHECK(client.received == accepted + message("all") + closed(1000));
    CHECK(f.logged.empty());
}

TEST_CASE("a client that answers pings stays, one that does not is closed") {
    Fixture f({.websocket_ping = 1ms, .websocket_pong = 60'000ms});
    const auto client = f.open(true);
    for (int i = 0; i < 3; ++i) {
        CHECK(f.gets(*client, server_ping)); // the next one comes only after the pong
        client->received.clear();
        client->send(frame(pong, "whatever it was"));
    }
    CHECK(f.gets(*client, server_ping));
    CHECK(f.server->connections() == 1);
    Fixture deaf({.websocket_ping = 1ms, .websocket_pong = 1ms});
    ServerClient silent(deaf.loop, deaf.plain_port, nullptr);
    silent.send(handshake());
    CHECK(until(deaf.loop, [&] { return silent.closed; }));
    CHECK(silent.received.starts_with(accepted)); // on a slow machine the time is over before the ping has left
    CHECK(deaf.handler.scripts.back()->destroyed);
}

TEST_CASE("bytes are no pong, and other protocols get no WebSocket ping") {
    Fixture f({.websocket_ping = 1ms, .websocket_pong = 1ms});
    ServerClient plain(f.loop, f.plain_port, nullptr);
    plain.send(unit::get);
    REQUIRE(until(f.loop, [&] { return !plain.received.empty(); }));
    ServerClient busy(f.loop, f.plain_port, nullptr);
    busy.send(handshake());
    CHECK(until(f.loop, [&] {
        if (!busy.closed)
            busy.send(frame(ping, ""));
        return busy.closed;
    }));
    CHECK_FALSE(plain.closed);
}

TEST_CASE("a client that breaks the rules gets a code, and a line in the log") {
    Fixture f;
    const auto client = f.open(true);
    client->send(raw(0x81, "not masked", false));
    CHECK(until(f.loop, [&] { return client->closed; }));
    CHECK(client->received == closed(1002));
    CHECK(until(f.loop, [&] { return f.server->connections() == 0; }));
    CHECK(f.has_logged("closed a connection of 127.0.0.1: malformed or too long WebSocket message"));
    const auto flood = f.open(false);
    std::string many;
    for (int i = 0; i < 3000; ++i)
        many += frame(ping);
    flood->send(many);
    CHECK(until(f.loop, [&] { return flood->closed; }));
    CHECK(flood->received.ends_with(closed(1008)));
    CHECK(until(f.loop, [&] { return f.has_logged("WebSocket flood of frames"); }));
}

TEST_CASE("a client that does not read costs a bounded amount, and gets everything later") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.on_pull = [](Script& self) {
            if (self.pulled < 20'000'000)
                self.pieces.push_back(std::string(9'999, 'x') + "\n");
            else
                self.ended = true;
        };
        return true;
    };
    ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(handshake());
    client.stop_reading();
    REQUIRE(until(f.loop, [&] { return !f.handler.scripts.empty(); }));
    auto& script = *f.handler.scripts.back();
    std::size_t before = 1;
    REQUIRE(until(f.loop, [&] { // the system's buffers fill, then nothing is pulled
        unit::settle(f.loop);
        return std::exchange(before, script.pulled) == script.pulled && script.pulled > 0;
    }));
    CHECK(script.pulled < 15'000'000);
    client.read();
    CHECK(until(f.loop, [&] { return client.received.ends_with(closed(1000)); }));
    CHECK(client.received.size() > 20'000'000);
}

TEST_CASE("the last message may be long, and its client slow") {
    Fixture f({.last_bytes = 1ms});
    f.handler.on_request = unit::with_text(std::string(20'000'000, 'x'));
    for (const bool with_tls : {false, true}) {
        ServerClient client(f.loop, with_tls ? f.tls_port : f.plain_port, with_tls ? "" : nullptr);
        REQUIRE(until(f.loop, [&] { return client.ready(); }));
        client.send(handshake());
        client.stop_reading();
        const auto answers = f.handler.scripts.size();
        REQUIRE(
            until(f.loop, [&] { return f.handler.scripts.size() > answers && f.handler.scripts.back()->destroyed; }));
        io::Timer later(f.loop);
        bool passed = false;
        later.start(20ms, [&] { passed = true; });
        REQUIRE(until(f.loop, [&] { return passed; }));
        client.read();
        CHECK(until(f.loop, [&] { return client.closed || client.received.ends_with(closed(1000)); }));
        CHECK(client.received.size() > 20'000'000);
    }
}

TEST_CASE("a permitted WebSocket never makes room, one that waits for its body does") {
    Fixture f({.connections = 2});
    const auto permitted = f.open(false);
    f.handler.scripts.back()->exchange->permitted();
    const auto waiting = f.open(false, "/?method=POST");
    CHECK(f.handler.requests.size() == 1);
    const auto late = f.open(false);
    CHECK(until(f.loop, [&] { return waiting->closed; }));
    CHECK_FALSE(permitted->closed);
    CHECK(f.server->connections() == 2);
}

TEST_CASE("a body that does not come in time, and a connection without a request, end") {
    Fixture f({.first_request = 60'000ms, .whole_request = 1ms});
    const auto client = f.open(false, "/?method=POST");
    CHECK(until(f.loop, [&] { return client->closed; }));
    CHECK(client->received == closed(1008));
    Fixture first({.first_request = 1ms, .whole_request = 60'000ms});
    ServerClient silent(first.loop, first.plain_port, nullptr);
    silent.send(handshake("/?method=POST"));
    CHECK(until(first.loop, [&] { return silent.closed; }));
}

TEST_CASE("a server that stops says 1001") {
    Fixture f;
    const auto client = f.open(true);
    const auto waiting = f.open(false, "/?method=POST");
    f.handler.scripts.back()->on_stopping = [](Script& self) {
        self.pieces = {"over\n"};
        self.end();
    };
    bool done = false;
    f.server->stop([&] { done = true; });
    CHECK(until(f.loop, [&] { return client->closed && waiting->closed && done; }));
    CHECK(client->received == message("over") + closed(1001));
    CHECK(waiting->received == closed(1001));
}

TEST_CASE("a client that vanishes destroys its answer") {
    Fixture f;
    for (const bool with_tls : {false, true}) {
        auto client = f.open(with_tls);
        client.reset();
        CHECK(until(f.loop, [&] { return f.handler.scripts.back()->destroyed && f.server->connections() == 0; }));
    }
}

TEST_CASE("a WebSocket asked for while an earlier answer is sent follows it") {
    Fixture f;
    f.handler.on_request = unit::with_text("first", {{"content-length", "5"}});
    ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(unit::get + handshake() + std::string(1, frame(ping, "p")[0]));
    REQUIRE(until(f.loop, [&] { return client.received.ends_with(closed(1000)); }));
    CHECK(client.received ==
          "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst" + accepted + message("first") + closed(1000));
}

} // namespace websocket_server_test

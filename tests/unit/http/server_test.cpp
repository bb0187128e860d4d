#include "http2_client.hpp"
#include "server_fixture.hpp"
#include "until.hpp"

#include "http/server.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace server_test {

using unit::get;
using unit::h2;
using unit::Script;
using unit::until;
using namespace std::chrono_literals;

using Fixture = unit::ServerFixture;

/// An HTTP/2 client on a connection.
struct Http2Peer {
    unit::ServerClient socket;
    unit::Http2Client http2;

    Http2Peer(io::Loop& loop, std::uint16_t port) : socket(loop, port, h2) {}
    /// To be called again and again.
    void move() {
        if (!socket.ready())
            return;
        http2.receive(std::exchange(socket.received, {}));
        if (auto out = http2.send(); !out.empty())
            socket.send(out);
    }
    template <class Done>
    bool until(io::Loop& loop, Done done) {
        return unit::until(loop, [&] {
            move();
            return done();
        });
    }
};

TEST_CASE("one port serves HTTP/2 and HTTP/1.1 over TLS, another plain HTTP/1.1") {
    Fixture f;
    f.handler.on_request = unit::with_text("hello", {{"content-length", "5"}});
    unit::ServerClient plain(f.loop, f.plain_port, nullptr);
    unit::ServerClient tls(f.loop, f.tls_port, "");
    Http2Peer peer(f.loop, f.tls_port);
    plain.send(get);
    REQUIRE(until(f.loop, [&] { return tls.ready(); }));
    tls.send(get);
    const auto id = peer.http2.request("GET", "/");
    CHECK(peer.until(f.loop, [&] {
        return plain.received.ends_with("hello") && tls.received.ends_with("hello") && peer.http2[id].body == "hello";
    }));
    CHECK(f.handler.requests.size() == 3);
    for (const auto& request : f.handler.requests)
        CHECK(request.peer == "127.0.0.1");
    CHECK(f.server->connections() == 3);
    CHECK(f.logged.empty());
}

TEST_CASE("a taken port is named") {
    Fixture f;
    const auto taken = f.server->listen({"127.0.0.1", f.plain_port}, nullptr);
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error() == "127.0.0.1:" + std::to_string(f.plain_port) + ": address already in use");
    CHECK_FALSE(f.server->listen({"node", 1}, nullptr).has_value());
    const auto all = f.server->listen({"", 0}, nullptr);
    REQUIRE(all.has_value());
    unit::ServerClient client(f.loop, http::read_address(*all, 0)->port, nullptr);
    client.send(get);
    REQUIRE(until(f.loop, [&] { return f.handler.requests.size() == 1; }));
    CHECK(f.handler.requests[0].peer == "127.0.0.1");
}

TEST_CASE("a plain request to a TLS port gets a closed connection and nothing else") {
    Fixture f;
    unit::ServerClient client(f.loop, f.tls_port, nullptr);
    client.send(get);
    CHECK(until(f.loop, [&] { return client.closed; }));
    CHECK(client.received.empty());
    CHECK(f.handler.requests.empty());
}

TEST_CASE("a client that does not read costs a bounded amount, and gets everything later") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.on_pull = [](Script& self) {
            if (self.pulled < 40'000'000)
                self.pieces.push_back(std::string(10'000, 'x'));
            else
                self.ended = true;
        };
        return true;
    };
    for (const bool with_tls : {false, true}) {
        unit::ServerClient client(f.loop, with_tls ? f.tls_port : f.plain_port, with_tls ? "" : nullptr);
        REQUIRE(until(f.loop, [&] { return client.ready(); }));
        client.send(get);
        client.stop_reading();
        const auto requests = f.handler.scripts.size();
        REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() > requests; }));
        auto& script = *f.handler.scripts.back();
        std::size_t before = 1;
        REQUIRE(until(f.loop, [&] { // the system's buffers fill, then nothing is pulled
            unit::settle(f.loop);
            return std::exchange(before, script.pulled) == script.pulled && script.pulled > 0;
        }));
        CHECK(script.pulled < 20'000'000);
        const auto pulls = script.pulls;
        for (int i = 0; i < 100; ++i) {
            script.exchange->resume();
            unit::settle(f.loop);
        }
        CHECK(script.pulls <= pulls + 10);
        client.read();
        CHECK(until(f.loop, [&] { return client.received.ends_with("0\r\n\r\n"); }));
        CHECK(client.received.size() > 40'000'000);
        CHECK(script.destroyed);
    }
}

TEST_CASE("a client that vanishes destroys its answers, also while nothing is sent") {
    Fixture f;
    for (const bool with_tls : {false, true}) {
        auto client =
            std::make_unique<unit::ServerClient>(f.loop, with_tls ? f.tls_port : f.plain_port, with_tls ? "" : nullptr);
        REQUIRE(until(f.loop, [&] { return client->ready(); }));
        client->send(get);
        const auto requests = f.handler.scripts.size();
        REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() > requests && !client->received.empty(); }));
        client.reset();
        CHECK(until(f.loop, [&] { return f.handler.scripts.back()->destroyed; }));
    }
    auto peer = std::make_unique<Http2Peer>(f.loop, f.tls_port);
    for (int i = 0; i < 5; ++i)
        peer->http2.request("GET", "/");
    REQUIRE(peer->until(f.loop, [&] { return f.handler.scripts.size() == 7; }));
    peer.reset();
    CHECK(until(f.loop, [&] {
        return std::all_of(f.handler.scripts.begin(), f.handler.scripts.end(),
                           [](const auto& each) { return each->destroyed; });
    }));
    CHECK(until(f.loop, [&] { return f.server->connections() == 0; }));
}

TEST_CASE("nothing is pulled inside respond(), resume() or request()") {
    Fixture f;
    bool inside = false;
    f.handler.on_request = [&](http::Exchange& exchange, Script& script) {
        inside = true;
        exchange.respond(200, {});
        exchange.resume();
        script.on_pull = [&](Script&) { CHECK_FALSE(inside); };
        script.pieces = {"a"};
        inside = false;
        return true;
    };
    unit::ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(get);
    REQUIRE(until(f.loop, [&] { return client.received.ends_with("\r\na\r\n"); }));
    inside = true;
    f.handler.scripts[0]->give("b");
    inside = false;
    CHECK(until(f.loop, [&] { return client.received.ends_with("\r\nb\r\n"); }));
}

TEST_CASE("a thousand small requests on one connection, sent at once") {
    Fixture f;
    f.handler.on_request = unit::with_text("y", {{"content-length", "1"}});
    unit::ServerClient client(f.loop, f.tls_port, "");
    REQUIRE(until(f.loop, [&] { return client.ready(); }));
    std::string all;
    for (int i = 0; i < 999; ++i)
        all += get;
    client.send(all + "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(until(f.loop, [&] { return client.closed; }));
    CHECK(f.handler.requests.size() == 1000);
    CHECK(f.handler.requests.back().path == "/last");
    CHECK(client.tls().ended);

    Http2Peer peer(f.loop, f.tls_port);
    for (int i = 0; i < 1000; ++i)
        peer.http2.request("GET", "/");
    CHECK(peer.until(f.loop, [&] { return f.handler.requests.size() == 2000 && peer.http2[1999].ended; }));
}

TEST_CASE("stopping says GOAWAY, lets answers end, and calls back once") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.trailers = {{"grpc-status", "2"}};
        script.on_stopping = [](Script& self) { self.end(); };
        return true;
    };
    Http2Peer peer(f.loop, f.tls_port);
    const auto id = peer.http2.request("GET", "/");
    unit::ServerClient idle(f.loop, f.plain_port, nullptr);
    unit::ServerClient chunked(f.loop, f.tls_port, "");
    REQUIRE(until(f.loop, [&] { return chunked.ready(); }));
    chunked.send(get);
    REQUIRE(peer.until(f.loop, [&] { return f.handler.scripts.size() == 2 && peer.http2[id].status == 200; }));
    int stopped = 0;
    f.server->stop([&] {
        ++stopped;
        f.server.reset(); // allowed
    });
    CHECK(stopped == 0);
    CHECK(peer.until(f.loop, [&] { return stopped == 1 && peer.socket.closed && idle.closed && chunked.closed; }));
    CHECK(peer.http2.goaway);
    CHECK(peer.http2[id].trailers == http::Headers{{"grpc-status", "2"}});
    CHECK(chunked.received.ends_with("0\r\n\r\n"));
    CHECK(chunked.tls().ended);
    unit::settle(f.loop);
    CHECK(stopped == 1);
    CHECK_THROWS(unit::ServerClient(f.loop, f.plain_port, nullptr));
}

TEST_CASE("an application may stop the server while it answers") {
    for (const bool in_pull : {false, true}) {
        Fixture f;
        int stopped = 0;
        f.handler.on_request = [&](http::Exchange& exchange, Script& script) {
            const auto stop = [&] { f.server->stop([&] { ++stopped; }); };
            if (!in_pull)
                stop();
            exchange.respond(200, {});
            script.on_pull = [stop, in_pull](Script& self) {
                if (in_pull && self.pulls == 1)
                    stop();
                self.ended = true;
            };
            return true;
        };
        Http2Peer peer(f.loop, f.tls_port);
        const auto id = peer.http2.request("GET", "/");
        CHECK(peer.until(f.loop, [&] { return stopped == 1 && peer.socket.closed; }));
        CHECK(peer.http2[id].ended);
    }
}

TEST_CASE("clients cannot fill the log") {
    Fixture f;
    for (int i = 0; i < 30; ++i) {
        unit::ServerClient client(f.loop, f.tls_port, nullptr);
        client.send(get);
        REQUIRE(until(f.loop, [&] { return client.closed; }));
    }
    CHECK(until(f.loop, [&] { return f.server->connections() == 0; }));
    CHECK(f.logged.size() >= 1);
    CHECK(f.logged.size() <= 2); // a minute may have passed
    CHECK(f.logged[0] == "closed a connection of 127.0.0.1: TLS: http request");
}

TEST_CASE("answers that do not end are destroyed after the limit") {
    Fixture f({.stop = 20ms});
    unit::ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(get);
    REQUIRE(until(f.loop, [&] { return !f.handler.scripts.empty(); }));
    bool stopped = false;
    f.server->stop([&] { stopped = true; });
    CHECK(until(f.loop, [&] { return stopped; }));
    CHECK(f.handler.scripts[0]->stops == 1);
    CHECK(f.handler.scripts[0]->destroyed);
    CHECK(f.server->connections() == 0);
}

TEST_CASE("stopping a server without connections calls back in a later turn") {
    Fixture f;
    bool stopped = false;
    f.server->stop([&] { stopped = true; });
    CHECK_FALSE(stopped);
    CHECK(until(f.loop, [&] { return stopped; }));
}

TEST_CASE("connections without a request in time are closed, also during the handshake") {
    Fixture f({.first_request = 20ms});
    unit::ServerClient silent(f.loop, f.plain_port, nullptr);
    unit::ServerClient no_handshake(f.loop, f.tls_port, nullptr);
    unit::ServerClient after_handshake(f.loop, f.tls_port, h2);
    unit::ServerClient partial(f.loop, f.plain_port, nullptr);
    partial.send("GET / HT");
    CHECK(until(f.loop,
                [&] { return silent.closed && no_handshake.closed && after_handshake.closed && partial.closed; }));
    CHECK(f.server->connections() == 0);
}

TEST_CASE("a connection whose requests are answered is closed after a while") {
    Fixture f({.without_request = 20ms});
    f.handler.on_request = unit::with_text("a", {{"content-length", "1"}});
    unit::ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(get);
    Http2Peer peer(f.loop, f.tls_port);
    const auto id = peer.http2.request("GET", "/");
    CHECK(peer.until(f.loop, [&] { return client.closed && peer.socket.closed; }));
    CHECK(client.received.ends_with("a"));
    CHECK(peer.http2[id].body == "a");
    CHECK(peer.http2.goaway);
}

TEST_CASE("a silent HTTP/2 client is asked, and closed if it does not answer") {
    Fixture f({.silence = 20ms, .ping_answer = 20ms});
    Http2Peer peer(f.loop, f.tls_port);
    const auto id = peer.http2.request("GET", "/");
    CHECK(peer.until(f.loop, [&] { return peer.http2.pings >= 3; }));
    f.handler.scripts[0]->give("still there");
    CHECK(peer.until(f.loop, [&] { return peer.http2[id].body == "still there"; }));
    CHECK_FALSE(peer.socket.closed);
    peer.http2.answers_pings = false;
    CHECK(peer.until(f.loop, [&] { return peer.socket.closed; }));
    CHECK(f.handler.scripts[0]->destroyed);
}

TEST_CASE("requests in reserve are read only up to a limit, and not for ever") {
    Fixture f({.without_request = 50ms});
    unit::ServerClient client(f.loop, f.plain_port, nullptr);
    std::string all;
    for (int i = 0; i < 200'000; ++i)
        all += get;
    client.send(all); // more than the system's buffers take
    REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() == 1; }));
    CHECK(until(f.loop, [&] { return f.handler.scripts[0]->destroyed; }));
    CHECK(f.handler.scripts.size() == 1);
}

TEST_CASE("a server that is destroyed destroys all answers") {
    Fixture f;
    Http2Peer peer(f.loop, f.tls_port);
    peer.http2.request("GET", "/");
    unit::ServerClient client(f.loop, f.plain_port, nullptr);
    client.send(get);
    REQUIRE(peer.until(f.loop, [&] { return f.handler.scripts.size() == 2; }));
    f.server.reset();
    CHECK(f.handler.scripts[0]->destroyed);
    CHECK(f.handler.scripts[1]->destroyed);
    CHECK(until(f.loop, [&] { return client.closed; }));
}

} // namespace server_test

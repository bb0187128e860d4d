#include "http2_frames.hpp"
#include "server_fixture.hpp"
#include "until.hpp"

#include "http/server.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace server_abuse_test {

using unit::get;
using unit::h2;
using unit::Script;
using unit::ServerClient;
using unit::until;
using namespace std::chrono_literals;

struct Fixture : unit::ServerFixture {
    using ServerFixture::ServerFixture;

    std::unique_ptr<ServerClient> client(const char* alpn = nullptr) {
        auto made = std::make_unique<ServerClient>(loop, alpn == nullptr ? plain_port : tls_port, alpn);
        REQUIRE(until(loop, [&] { return made->ready(); }));
        return made;
    }
    std::vector<std::unique_ptr<ServerClient>> clients(std::size_t number) {
        std::vector<std::unique_ptr<ServerClient>> made;
        for (std::size_t i = 0; i < number; ++i) {
            made.push_back(client());
            unit::settle(loop);
        }
        return made;
    }
    [[nodiscard]] std::size_t lines(const std::string& part) const {
        return static_cast<std::size_t>(std::count_if(logged.begin(), logged.end(), [&](const std::string& line) {
            return line.find(part) != std::string::npos;
        }));
    }
};

TEST_CASE("when there are too many connections, the oldest without a request makes room") {
    Fixture f({.connections = 4});
    f.handler.on_request = unit::with_text("a", {{"content-length", "1"}});
    auto busy = f.clients(1);
    busy[0]->send(get);
    REQUIRE(until(f.loop, [&] { return busy[0]->received.ends_with("a"); }));
    auto silent = f.clients(3);
    auto late = f.client();
    CHECK(until(f.loop, [&] { return silent[0]->closed; }));
    late->send(get);
    CHECK(until(f.loop, [&] { return late->received.ends_with("a"); }));
    auto more = f.clients(3);
    CHECK(until(f.loop, [&] { return silent[1]->closed && silent[2]->closed; }));
    CHECK(until(f.loop, [&] { return more[0]->closed || busy[0]->closed; }));
    CHECK(more[0]->closed); // one that has answered stays longer than one that never asked
    CHECK_FALSE(busy[0]->closed);
    CHECK_FALSE(late->closed);
    CHECK(f.server->connections() == 4);
    CHECK(f.lines("another connection needed its place") == 1);
}

TEST_CASE("open calls without credentials make room, permitted ones never do") {
    Fixture f({.connections = 3});
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        if (exchange.request().path == "/permitted")
            exchange.permitted();
        exchange.respond(200, {});
        return true;
    };
    auto clients = f.clients(3);
    clients[0]->send("GET /permitted HTTP/1.1\r\nHost: x\r\n\r\n");
    clients[1]->send(get);
    clients[2]->send("GET /permitted HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() == 3; }));
    auto fourth = f.client();
    CHECK(until(f.loop, [&] { return clients[1]->closed; }));
    fourth->send("GET /permitted HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() == 4; }));
    auto fifth = f.client();
    auto sixth = f.client();
    CHECK(until(f.loop, [&] { return fifth->closed && sixth->closed; }));
    CHECK_FALSE(clients[0]->closed);
    CHECK_FALSE(clients[2]->closed);
    CHECK_FALSE(fourth->closed);
    CHECK(f.lines("refused a connection of 127.0.0.1: there are 3 already") == 1); // once a minute
}

TEST_CASE("after five bad credentials a connection is closed, and its address slowed") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.request().path == "/good" ? exchange.permitted() : exchange.refused();
        exchange.respond(200, {{"content-length", "3"}, {"slowed", exchange.slowed() ? "yes" : "no"}});
        script.pieces = {"end"};
        script.ended = true;
        return true;
    };
    for (const bool with_tls : {false, true}) {
        auto client = f.client(with_tls ? "" : nullptr);
        const auto ask = [&](const std::string& path) {
            client->received.clear();
            client->send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            return until(f.loop, [&] { return client->received.ends_with("end") || client->closed; }) &&
                   !client->received.empty();
        };
        for (int i = 0; i < 4; ++i)
            CHECK(ask("/bad"));
        CHECK(ask("/good")); // begins anew
        for (int i = 0; i < 4; ++i)
            CHECK(ask("/bad"));
        CHECK_FALSE(client->closed);
        CHECK(ask("/bad"));
        CHECK(client->received.find("slowed: yes") != std::string::npos);
        CHECK(until(f.loop, [&] { return client->closed; }));
        CHECK(until(f.loop, [&] { return f.server->connections() == 0; }));
    }
    CHECK(f.lines("closed a connection of 127.0.0.1: bad credentials again and again") == 1);
}

TEST_CASE("floods of two kinds are logged once each, and other clients are served") {
    Fixture f({.last_bytes = 20ms});
    f.handler.on_request = unit::with_text("a", {{"content-length", "1"}});
    auto good = f.client("");
    for (const auto& bytes :
         {unit::frame(NGHTTP2_PING, 0, 0, "12345678"), unit::frame(NGHTTP2_PRIORITY, 0, 3, unit::number(0) + "x")})
        for (const bool reads : {true, false, true}) {
            auto client = f.client(h2);
            std::string flood = unit::preface();
            for (int i = 0; i < 5000; ++i)
                flood += bytes;
            if (!reads)
                client->stop_reading();
            client->send(flood);
            CHECK(until(f.loop, [&] { return f.server->connections() == 1; }));
        }
    CHECK(f.lines("HTTP/2 flood of PING") == 1);
    CHECK(f.lines("HTTP/2 flood of PRIORITY") == 1);
    good->send(get);
    CHECK(until(f.loop, [&] { return good->received.ends_with("a"); }));
}

TEST_CASE("a request that does not become complete is given up, also beside an open one") {
    Fixture f({.whole_request = 20ms});
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond(200, {});
        return true;
    };
    auto client = f.client(h2);
    client->send(unit::preface() + unit::request(1));
    REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() == 1; }));
    client->received.clear();
    client->send(unit::request(3, false));
    const auto reset = unit::frame(NGHTTP2_RST_STREAM, 0, 3, unit::number(NGHTTP2_CANCEL));
    CHECK(until(f.loop, [&] { return client->received.find(reset) != std::string::npos; }));
    CHECK_FALSE(f.handler.scripts[0]->destroyed);
    CHECK_FALSE(client->closed);

    auto slow = f.client();
    slow->send("GET / HT");
    CHECK(until(f.loop, [&] { return slow->closed; }));
    CHECK(slow->received.starts_with("HTTP/1.1 408 "));
    CHECK(until(f.loop, [&] { return f.lines("slow HTTP/1.1 request") == 1; }));
}

TEST_CASE("a client that ends its direction gets its answer") {
    Fixture f({.last_bytes = std::chrono::minutes(1)});
    f.handler.on_request = [](http::Exchange&, Script&) { return true; };
    auto client = f.client();
    client->send(get);
    client->shut_down_writing();
    REQUIRE(until(f.loop, [&] { return f.handler.scripts.size() == 1; }));
    unit::settle(f.loop);
    auto& script = *f.handler.scripts[0];
    REQUIRE_FALSE(script.destroyed);
    script.exchange->respond(200, {{"content-length", "6"}});
    script.give("answer");
    script.end();
    CHECK(until(f.loop, [&] { return client->closed; }));
    CHECK(client->received.ends_with("answer"));
}

TEST_CASE("a client that ends its direction gets no endless stream") {
    Fixture f({.last_bytes = 1s});
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.pieces = {"first"};
        return true;
    };
    auto reader = f.client();
    reader->send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    reader->shut_down_writing();
    CHECK(until(f.loop, [&] { return reader->closed; }));
    CHECK(reader->received.find("first") != std::string::npos);
    CHECK(f.handler.scripts[0]->destroyed);
    CHECK(until(f.loop, [&] { return f.server->connections() == 0; }));
    CHECK(f.logged.empty());
}

} // namespace server_abuse_test

#include "handler.hpp"
#include "http/cors.hpp"
#include "http/http1_session.hpp"
#include "websocket_frames.hpp"

#include <doctest/doctest.h>

namespace cors_test {

namespace {

/// Answers to requests of HTTP/1.1, without the header Date.
struct Fixture {
    unit::ScriptHandler handler;
    http::Cors cors{handler};
    http::Http1Session session{{cors, "10.0.0.9", [] {}}};

    explicit Fixture(std::vector<std::string> origins) {
        cors.allow(std::move(origins));
        handler.on_request = unit::with_text("yes", {{"Content-Length", "3"}});
    }
    std::string ask(const std::string& method, const std::string& origin) {
        session.receive(method + " /a HTTP/1.1\r\nHost: x\r\n" + (origin.empty() ? "" : "Origin: " + origin + "\r\n") +
                        "\r\n");
        std::string out;
        for (int i = 0; i < 4; ++i)
            session.send(out, 1000);
        session.proceed();
        if (const auto date = out.find("Date: "); date != std::string::npos)
            out.erase(date, out.find("\r\n", date) + 2 - date);
        return out;
    }
};

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string allowed = "Access-Control-Allow-Headers: Content-Type, Accept, Grpc-Metadata-Macaroon\r\n"
                            "Access-Control-Allow-Methods: GET, POST, DELETE\r\n";
const std::string body = "Content-Length: 3\r\n\r\nyes";

} // namespace

TEST_CASE("without origins nothing changes, whatever the request is") {
    Fixture f({});
    CHECK(f.ask("GET", "https://a.b") == ok + body);
    CHECK(f.ask("OPTIONS", "https://a.b") == ok + body);
    CHECK(f.handler.requests.size() == 2);
}

TEST_CASE("only requests with Origin get the headers, and only an allowed one is echoed") {
    Fixture f({"https://a.b:9", "null"});
    CHECK(f.ask("GET", "") == ok + body);
    CHECK(f.ask("OPTIONS", "") == ok + body);
    const std::string echo = "Access-Control-Allow-Origin: https://a.b:9\r\n";
    CHECK(f.ask("GET", "https://a.b:9") == ok + allowed + echo + body);
    CHECK(f.ask("GET", "https://A.b:9") == ok + allowed + body);
    CHECK(f.ask("GET", "https://a.b") == ok + allowed + body);
    CHECK(f.ask("GET", "null") == ok + allowed + "Access-Control-Allow-Origin: null\r\n" + body);
    Fixture all({"https://a.b:9", "*"});
    CHECK(all.ask("GET", "http://z") == ok + allowed + "Access-Control-Allow-Origin: http://z\r\n" + body);
}

TEST_CASE("OPTIONS with Origin ends here") {
    Fixture f({"https://a.b:9"});
    CHECK(f.ask("OPTIONS", "https://a.b:9") ==
          ok + allowed + "Access-Control-Allow-Origin: https://a.b:9\r\ncontent-length: 0\r\n\r\n");
    CHECK(f.ask("OPTIONS", "http://z") == ok + allowed + "content-length: 0\r\n\r\n");
    CHECK(f.handler.requests.empty());
}

TEST_CASE("errors have the headers too, and everything else reaches the other handler") {
    Fixture f({"*"});
    f.handler.on_request = [](http::Exchange& exchange, unit::Script&) {
        CHECK(exchange.request().peer == "10.0.0.9");
        CHECK_FALSE(exchange.slowed());
        exchange.refused();
        exchange.permitted();
        exchange.respond_without_body(404, {{"A", "b"}});
        return false;
    };
    CHECK(f.ask("GET", "o") == "HTTP/1.1 404 Not Found\r\n" + allowed +
                                   "Access-Control-Allow-Origin: o\r\nA: b\r\ncontent-length: 0\r\n\r\n");
    f.handler.on_request = [](http::Exchange&, unit::Script&) { return true; };
    CHECK(f.ask("GET", "o").empty());
    const auto script = f.handler.scripts.back(); // answered later, through the exchange that it was given
    script->exchange->respond(200, {{"Content-Length", "2"}});
    script->on_destroy = [](unit::Script& self) { self.exchange->resume(); };
    script->pieces = {"ab"};
    script->end();
    std::string out;
    for (int i = 0; i < 4; ++i)
        f.session.send(out, 1000);
    CHECK(out == ok + allowed + "Access-Control-Allow-Origin: o\r\nContent-Length: 2\r\n\r\nab");
    CHECK(script->destroyed);
    f.handler.on_request = [](http::Exchange&, unit::Script&) { return true; };
    f.ask("GET", "o");
    f.session.stop();
    CHECK(f.handler.scripts.back()->stops == 1);
}

TEST_CASE("the request inside a WebSocket is none of a page") {
    Fixture f({"*"});
    f.session.receive(unit::websocket::handshake("/?method=OPTIONS", "Origin: https://a.b\r\n"));
    const auto websocket = f.session.successor();
    REQUIRE(websocket);
    websocket->proceed();
    REQUIRE(f.handler.requests.size() == 1);
    CHECK(f.handler.requests[0].method == "OPTIONS");
    CHECK(http::find(f.handler.requests[0].headers, "origin") == "https://a.b");
}

} // namespace cors_test

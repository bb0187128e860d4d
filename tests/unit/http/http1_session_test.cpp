#include "handler.hpp"

#include "http/http1_session.hpp"

#include <doctest/doctest.h>

namespace http1_session_test {

using unit::Script;

struct Fixture {
    unit::ScriptHandler handler;
    int wakes = 0;
    http::Http1Session session{{handler, "10.0.0.9", [this] { ++wakes; }}};

    /// All bytes it has to send, as long as it asks to be called again.
    std::string sent() {
        std::string all;
        int seen = -1;
        while (seen != wakes) {
            seen = wakes;
            session.proceed();
            for (std::size_t before = all.size() + 1; before != all.size();) {
                before = all.size();
                session.send(all, 16 * 1024);
            }
        }
        return all;
    }
    std::string ask(std::string_view bytes) {
        session.receive(bytes);
        return sent();
    }
};

const std::string get = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_CASE("the headers leave at once, the body in chunks as it is given") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond(200, {{"Content-Type", "application/json"}});
        return true;
    };
    CHECK(f.ask(get) == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(f.handler.requests.size() == 1);
    CHECK(f.handler.requests[0].path == "/a");
    CHECK(f.handler.requests[0].query == "b");
    CHECK(f.handler.requests[0].peer == "10.0.0.9");
    auto& script = *f.handler.scripts[0];
    CHECK(f.sent().empty());
    const int pulls = script.pulls;
    CHECK(f.sent().empty());
    CHECK(script.pulls == pulls); // not asked again before resume()
    script.give("first\n");
    CHECK(f.sent() == "6\r\nfirst\n\r\n");
    script.give("0123456789abcdef");
    CHECK(f.sent() == "10\r\n0123456789abcdef\r\n");
    CHECK(f.session.exchanges() == 1);
    script.end();
    CHECK(f.sent() == "0\r\n\r\n");
    CHECK(script.destroyed);
    CHECK(f.session.exchanges() == 0);
    CHECK_FALSE(f.session.finished());
}

TEST_CASE("a body of known length is sent as it is, never more, and never waits for less") {
    Fixture f;
    f.handler.on_request = unit::with_text("hello", {{"content-length", "5"}});
    CHECK(f.ask(get) == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    CHECK_FALSE(f.session.finished());
    f.handler.on_request = unit::with_text("too long", {{"Content-Length", "3"}});
    CHECK(f.ask(get).ends_with("\r\n\r\ntoo"));
    CHECK_FALSE(f.session.finished());
    f.handler.on_request = unit::with_text("short", {{"content-length", "6"}});
    CHECK(f.ask(get).ends_with("\r\n\r\nshort"));
    CHECK(f.session.finished());
}

TEST_CASE("an answer without a body, and requests that have none") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond_without_body(404, {{"x", "1"}});
        return false;
    };
    CHECK(f.ask(get) == "HTTP/1.1 404 Not Found\r\nx: 1\r\ncontent-length: 0\r\n\r\n");
    f.handler.on_request = unit::with_text("never sent");
    CHECK(f.ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n") == "HTTP/1.1 200 OK\r\n\r\n");
    CHECK(f.handler.scripts.back()->destroyed);
    CHECK(f.handler.scripts.back()->pulls == 0);
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond_without_body(204, {});
        return true;
    };
    CHECK(f.ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n") == "HTTP/1.1 204 Status\r\n\r\n");
    CHECK(f.handler.scripts.back()->destroyed);
    CHECK(f.handler.requests.back().method == "OPTIONS");
}

TEST_CASE("a handler that answers nothing and keeps nothing is an error of the server") {
    Fixture f;
    f.handler.on_request = [](http::Exchange&, Script&) { return false; };
    CHECK(f.ask(get) == "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n");
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond(200, {});
        return false;
    };
    CHECK(f.ask(get).ends_with("0\r\n\r\n"));
}

TEST_CASE("only the first answer to a request counts, and it may come later") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.resume(); // harmless
        return true;
    };
    CHECK(f.ask(get).empty());
    auto& script = *f.handler.scripts[0];
    CHECK(script.pulls == 0);
    script.exchange->respond(200, {{"a", "b"}});
    script.exchange->respond(500, {});
    script.exchange->respond_without_body(500, {});
    CHECK(f.sent() == "HTTP/1.1 200 OK\r\na: b\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_CASE("header values cannot end a header") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond_without_body(200, {{"a", "b\r\nevil: 1\n\x01\x7f\t\xc3"}});
        return false;
    };
    CHECK(f.ask(get) == "HTTP/1.1 200 OK\r\na: b  evil: 1   \t\xc3\r\ncontent-length: 0\r\n\r\n");
}

TEST_CASE("a request in parts of one byte") {
    Fixture f;
    f.handler.on_request = unit::with_text("yes", {{"content-length", "3"}});
    const std::string text =
        "\r\nPOST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: v\r\n\r\n" +
        get;
    for (const char byte : text)
        f.session.receive({&byte, 1});
    const auto out = f.sent();
    CHECK(out == "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyesHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes");
    REQUIRE(f.handler.requests.size() == 2);
    CHECK(f.handler.requests[0].body == "abc");
    CHECK(f.handler.requests[1].body.empty());
}

TEST_CASE("requests sent at once are answered one after the other") {
    Fixture f;
    CHECK(f.ask(get + "POST /second HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get)
              .starts_with("HTTP/1.1 200 OK"));
    CHECK(f.handler.requests.size() == 1);
    f.handler.scripts[0]->end();
    CHECK(f.sent().starts_with("0\r\n\r\nHTTP/1.1 200 OK"));
    REQUIRE(f.handler.requests.size() == 2);
    CHECK(f.handler.requests[1].path == "/second");
    CHECK(f.handler.requests[1].body == "abc");
    f.handler.scripts[1]->end();
    f.sent();
    CHECK(f.handler.requests.size() == 3);
    CHECK(f.session.requests() == 3);
}

TEST_CASE("a handler is never called while bytes are being taken") {
    Fixture f;
    f.handler.on_request = unit::with_text("a");
    f.session.receive(get + get);
    std::string out;
    for (int i = 0; i < 5; ++i)
        f.session.send(out, 1000);
    CHECK(f.handler.requests.size() == 1);
    f.session.proceed();
    CHECK(f.handler.requests.size() == 2);
}

TEST_CASE("too much input during an answer makes the session full") {
    Fixture f;
    f.ask(get);
    CHECK_FALSE(f.session.full());
    f.session.receive(std::string(64 * 1024, 'x'));
    CHECK(f.session.full());
    f.handler.scripts[0]->end();
    f.sent(); // refuses them
    CHECK_FALSE(f.session.full());
    CHECK(f.session.finished());
}

TEST_CASE("100 Continue is sent if the client waits for it") {
    Fixture f;
    f.handler.on_request = unit::with_text("ok", {{"content-length", "2"}});
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    CHECK(f.ask(head) == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(f.ask("ab") == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    CHECK(f.ask(head + "cd") == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    CHECK(f.handler.requests.back().body == "cd");
    CHECK(f.ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
}

TEST_CASE("a refused request ends the connection, and what follows it is not read") {
    struct Row {
        std::string text;
        std::string status;
    };
    for (const auto& row : std::vector<Row>{
             {"GET / HTTP/1.1\nHost: x\n\n", "400 Bad Request"},
             {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n", "413 Content Too Large"},
             {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", "413 Content Too Large"},
             {"GET /" + std::string(17000, 'a'), "431 Request Header Fields Too Large"},
             {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", "505 HTTP Version Not Supported"}}) {
        CAPTURE(row.status);
        Fixture f;
        CHECK(f.ask(row.text + get) == "HTTP/1.1 " + row.status + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        CHECK(f.session.finished());
        CHECK(f.handler.requests.empty());
        CHECK(f.ask(get).empty());
    }
}

TEST_CASE("the connection ends as the client asks") {
    Fixture f;
    f.handler.on_request = unit::with_text("a", {{"content-length", "1"}});
    CHECK(f.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get) ==
          "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\na");
    CHECK(f.session.finished());
    CHECK(f.handler.requests.size() == 1);
}

TEST_CASE("HTTP/1.0 has no chunks: the body ends with the connection") {
    Fixture f;
    f.handler.on_request = unit::with_text("abc");
    CHECK(f.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") ==
          "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc");
    CHECK(f.session.finished());
    Fixture g;
    g.handler.on_request = unit::with_text("abc", {{"content-length", "3"}});
    CHECK(g.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") ==
          "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: keep-alive\r\n\r\nabc");
    CHECK_FALSE(g.session.finished());
}

TEST_CASE("stopping asks the answer to end, and reads no further request") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.on_stopping = [](Script& self) { self.end(); };
        return true;
    };
    f.ask(get);
    f.session.stop();
    f.session.stop();
    CHECK(f.sent() == "0\r\n\r\n");
    CHECK(f.handler.scripts[0]->stops == 1);
    CHECK(f.session.finished());
    Fixture idle;
    idle.session.stop();
    CHECK(idle.session.finished());
    CHECK(idle.ask(get).empty());
    Fixture later; // answered after the stop
    later.handler.on_request = [](http::Exchange&, Script&) { return true; };
    later.ask(get);
    later.session.stop();
    later.handler.scripts[0]->exchange->respond_without_body(200, {});
    CHECK(later.sent() == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    CHECK(later.session.finished());
}

TEST_CASE("an answer may call its exchange while it is destroyed, and resume() inside pull() is not lost") {
    unit::ScriptHandler handler;
    int wakes = 0;
    {
        http::Http1Session session({handler, "", [&] { ++wakes; }});
        handler.on_request = [](http::Exchange& exchange, Script& script) {
            script.on_destroy = [](Script& self) {
                self.exchange->resume();
                self.exchange->respond(200, {});
                CHECK(self.exchange->request().path == "/a");
            };
            exchange.respond(200, {});
            return true;
        };
        session.receive(get);
        auto& script = *handler.scripts[0];
        script.on_pull = [](Script& self) {
            if (self.pulls < 5)
                self.exchange->resume();
        };
        std::string out;
        session.send(out, 100);
        for (int seen = -1; seen != wakes;) {
            seen = wakes;
            session.send(out, 100);
        }
        CHECK(script.pulls == 5);
    }
    CHECK(handler.scripts[0]->destroyed);
}

} // namespace http1_session_test

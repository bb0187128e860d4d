#include "handler.hpp"
#include "http/http1_session.hpp"
#include "http/websocket_session.hpp"
#include "websocket_frames.hpp"

#include <doctest/doctest.h>

namespace websocket_session_test {

namespace {

using namespace unit::websocket;
using unit::Script;

struct Fixture {
    unit::ScriptHandler handler;
    int wakes = 0;
    int pongs = 0;
    int permissions = 0;
    int refusals = 0;
    std::unique_ptr<http::Session> session;

    /// Asks for a WebSocket, and continues with it; `after` comes in the same read as the handshake.
    explicit Fixture(std::string_view target = "/a", const std::string& after = "", std::string_view more = "") {
        session = std::make_unique<http::Http1Session>(
            http::SessionOwner{handler, "10.0.0.9", [this] { ++wakes; }, [this] { ++permissions; },
                               [this] { ++refusals; }, [] { return true; }, [this] { ++pongs; }});
        session->receive(handshake(target, more) + after);
        auto next = session->successor();
        REQUIRE(next);
        CHECK_FALSE(session->successor());
        session = std::move(next);
        session->proceed();
    }

    /// All bytes it has to send, as long as it asks to be called again.
    std::string sent(std::size_t most = 16'384) {
        std::string all;
        int seen = -1;
        while (seen != wakes) {
            seen = wakes;
            session->proceed();
            for (std::size_t before = all.size() + 1; before != all.size();) {
                before = all.size();
                session->send(all, most);
            }
        }
        return all;
    }
    /// Takes the answer to the handshake.
    Fixture& open() {
        CHECK(sent() == accepted);
        return *this;
    }
    std::vector<Frame> ask(const std::string& bytes) {
        session->receive(bytes);
        return frames(sent());
    }
    Script& script() { return *handler.scripts.at(0); }
};

using Frames = std::vector<Frame>;

Frame closed(unsigned number) {
    return {closing, code(number)};
}

} // namespace

TEST_CASE("each line of the answer is a message, and the end has code 1000") {
    Fixture f("/a?b");
    f.open();
    REQUIRE(f.handler.requests.size() == 1);
    CHECK(f.handler.requests[0].path == "/a");
    CHECK(f.handler.requests[0].peer == "10.0.0.9");
    CHECK(f.session->exchanges() == 1);
    CHECK(f.session->requests() == 1);
    CHECK(f.session->incomplete() == 0);
    f.script().give("{\"result\":1}\n{\"res");
    CHECK(frames(f.sent()) == Frames{{text, "{\"result\":1}"}});
    f.script().give("ult\":2}\n\n\n");
    CHECK(frames(f.sent()) == Frames{{text, "{\"result\":2}"}});
    f.script().give("the last line has no end");
    CHECK(f.sent().empty());
    CHECK_FALSE(f.session->finished());
    f.script().end();
    CHECK(frames(f.sent()) == Frames{{text, "the last line has no end"}, closed(1000)});
    CHECK(f.script().destroyed);
    CHECK(f.session->exchanges() == 0);
    CHECK(f.session->finished());
    CHECK(f.session->fault().empty());
    CHECK(f.ask(frame(closing, code(1000))).empty());
}

TEST_CASE("messages of every length") {
    Fixture f;
    f.open();
    for (const std::size_t size : {1UL, 125UL, 126UL, 65'535UL, 65'536UL, 3'000'000UL}) {
        f.script().give(std::string(size, 'x') + "\n");
        CHECK(frames(f.sent()) == Frames{{text, std::string(size, 'x')}});
    }
}

TEST_CASE("an answer is pulled when the client takes more, and not again before resume()") {
    Fixture f;
    f.open();
    const int before = f.script().pulls;
    f.sent();
    CHECK(f.script().pulls == before);
    f.script().pieces = {"a\n", "b\n", "c\n"};
    f.script().exchange->resume();
    std::string out;
    f.session->send(out, 100);
    CHECK(frames(out) == Frames{{text, "a"}});
    CHECK(f.script().pulls == before + 1);
    f.script().on_pull = [](Script& self) {
        if (self.pulls < 20)
            self.exchange->resume(); // inside pull()
    };
    f.sent();
    CHECK(f.script().pulls == 20);
}

TEST_CASE("an error is a message after the handshake, and answers without a body are only closed") {
    Fixture f("/a", "", "Upgrade-Insecure-Requests: 1\r\n");
    f.open();
    Fixture refused("/b");
    CHECK(refused.sent() == accepted);
    auto& script = refused.script();
    script.exchange->respond(500, {{"content-length", "3"}}); // only the first answer counts
    script.pieces = {"{\"code\":2}"};
    script.end();
    CHECK(frames(refused.sent()) == Frames{{text, "{\"code\":2}"}, closed(1000)});
    CHECK(refused.session->finished());
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        CHECK(exchange.slowed());
        exchange.refused();
        exchange.refused();
        exchange.respond_without_body(404, {});
        return false;
    };
    Fixture empty("/?method=POST");
    empty.handler.on_request = f.handler.on_request;
    empty.open();
    CHECK(empty.ask(frame(text)) == Frames{closed(1000)});
    CHECK(empty.refusals == 1);
    Fixture nothing("/?method=POST");
    nothing.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond_without_body(200, {});
        return true;
    };
    nothing.open();
    CHECK(nothing.ask(frame(text)) == Frames{closed(1000)});
    CHECK(nothing.script().destroyed);
    CHECK(nothing.script().pulls == 0);
}

TEST_CASE("the first message is the body of a POST, in whatever pieces it comes") {
    const auto message = raw(text, "{\"a\"") + frame(ping, "p") + raw(continuation, "") + raw(0x80, ":1}");
    for (const bool at_once : {true, false}) {
        Fixture f("/a?method=POST", at_once ? message : "");
        if (!at_once) {
            f.open();
            CHECK(f.handler.requests.empty());
            CHECK(f.session->requests() == 0);
            CHECK(f.session->exchanges() == 0);
            CHECK(f.session->incomplete() == 1);
            for (const char byte : message)
                f.session->receive({&byte, 1});
        }
        REQUIRE(f.handler.requests.size() == 1);
        CHECK(f.handler.requests[0].body == "{\"a\":1}");
        CHECK(f.handler.requests[0].method == "POST");
        CHECK(f.session->incomplete() == 0);
        auto out = f.sent();
        if (at_once)
            out.erase(0, accepted.size());
        CHECK(frames(out) == Frames{{pong, "p"}});
    }
    Fixture longest("/a?method=POST", frame(binary, std::string(65'536, 'x')));
    CHECK(longest.handler.requests.at(0).body.size() == 65'536);
    Fixture two("/a?method=POST", frame(text, "1") + frame(text, "2"));
    CHECK(two.handler.requests.size() == 1);
    CHECK(two.handler.requests.at(0).body == "1");
}

TEST_CASE("further messages, and those of a GET, are ignored") {
    Fixture f("/a", frame(text, "{}"));
    f.open();
    CHECK(f.ask(frame(text, "{}") + frame(binary, "\xff")).empty());
    CHECK(f.handler.requests.size() == 1);
    CHECK(f.handler.requests[0].body.empty());
    f.script().give("still here\n");
    CHECK(frames(f.sent()) == Frames{{text, "still here"}});
}

TEST_CASE("pings are answered, and pongs are noticed") {
    Fixture f;
    f.open();
    CHECK(f.ask(frame(ping, "a") + frame(ping)) == Frames{{pong, "a"}, {pong, ""}});
    CHECK(f.session->ping());
    CHECK(frames(f.sent()) == Frames{{ping, "are you there?"}});
    CHECK(f.pongs == 0);
    CHECK(f.ask(frame(pong, "are you there?")).empty());
    CHECK(f.pongs == 1);
}

TEST_CASE("the client closes: its code comes back, and the answer is dropped") {
    for (const auto& payload : {code(1000), code(1001) + "why", code(4999), std::string()}) {
        Fixture f;
        f.open();
        CHECK(f.ask(frame(closing, payload)) == Frames{{closing, payload}});
        CHECK(f.script().destroyed);
        CHECK(f.session->finished());
        CHECK(f.session->fault().empty());
        CHECK_FALSE(f.session->ping());
    }
}

TEST_CASE("a client that breaks the rules is closed with the code for it") {
    struct Row {
        const char* what;
        std::string bytes;
        unsigned expected;
    };
    for (const auto& row :
         std::vector<Row>{{"unmasked", raw(0x81, "hi", false), 1002},
                          {"reserved bit", raw(0xc1, "hi"), 1002},
                          {"unknown opcode", raw(0x83, "hi"), 1002},
                          {"unknown control opcode", raw(0x8b, ""), 1002},
                          {"continuation of nothing", raw(0x80, "hi"), 1002},
                          {"a message inside another", raw(text, "hi") + frame(text, "hi"), 1002},
                          {"ping in fragments", raw(ping, "hi"), 1002},
                          {"long ping", frame(ping, std::string(126, 'p')), 1002},
                          {"long Close", frame(closing, code(1000) + std::string(124, 'p')), 1002},
                          {"no such Close code", frame(closing, code(1005)), 1002},
                          {"length of 64 bits for a short frame", std::string("\x81\xff\0\0\0\0\0\0\0\1", 10), 1002},
                          {"length above 63 bits", "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1002},
                          {"not UTF-8", frame(text, "a\xff"), 1007},
                          {"UTF-8 cut off", frame(text, "a\xe2\x82"), 1007},
                          {"too long", frame(binary, std::string(65'537, 'x')), 1009},
                          {"too long in fragments", raw(text, std::string(65'536, 'x')) + raw(0x80, "y"), 1009},
                          {"a length that is never sent", std::string("\x82\xff\0\0\0\0\0\1\0\1\0\0\0\0", 14), 1009}}) {
        CAPTURE(row.what);
        for (const auto* target : {"/a", "/a?method=POST"}) {
            Fixture f(target);
            f.open();
            CHECK(f.ask(row.bytes + frame(text, "more")) == Frames{closed(row.expected)});
            CHECK(f.session->fault() == "malformed or too long WebSocket message");
            CHECK(f.session->finished());
            CHECK(f.session->incomplete() == 0);
            CHECK(f.handler.requests.size() == (std::string_view(target) == "/a" ? 1 : 0));
            CHECK(f.ask(frame(ping)).empty());
        }
    }
}

TEST_CASE("a message before a mistake in the same read is a request, which is given up") {
    Fixture f("/a?method=POST", frame(text, "{}") + raw(0x81, "not masked", false));
    REQUIRE(f.handler.requests.size() == 1);
    CHECK(f.handler.requests[0].body == "{}");
    CHECK(f.script().destroyed);
    CHECK(frames(f.sent().substr(accepted.size())) == Frames{closed(1002)});
}

TEST_CASE("floods end the session") {
    struct Row {
        std::string begin;
        std::string again;
        int times;
    };
    for (const auto& row : {Row{"", frame(pong), 1001}, Row{"", frame(binary, "x"), 1001},
                            Row{raw(text, ""), raw(continuation, ""), 1001}, // a message that never ends
                            Row{"", frame(text, std::string(65'536, 'x')), 16}}) {
        CAPTURE(row.again.size());
        Fixture f;
        f.open();
        f.session->receive(row.begin);
        for (int i = 0; i < row.times / 2; ++i)
            f.session->receive(row.again);
        CHECK(f.session->fault().empty());
        for (int i = 0; i < 10 * row.times && f.session->fault().empty(); ++i) // the budget grows with time
            f.session->receive(row.again);
        CHECK(f.session->fault() == "WebSocket flood of frames");
        CHECK(f.session->exchanges() == 0);
        CHECK(frames(f.sent()).back() == closed(1008));
        CHECK(f.session->finished());
    }
}

TEST_CASE("pongs that wait for a client to read are bounded") {
    Fixture f;
    f.open();
    for (int i = 0; i < 400; ++i)
        f.session->receive(frame(ping, "p"));
    CHECK(f.session->fault().empty());
    CHECK(frames(f.sent()).size() == 400);
    for (int i = 0; i < 501; ++i)
        f.session->receive(frame(ping));
    CHECK(f.session->fault() == "WebSocket flood of pings");
    CHECK(frames(f.sent()) == Frames{closed(1008)});
}

TEST_CASE("a body that does not come in time ends the session") {
    Fixture f("/a?method=POST");
    f.open();
    f.session->receive(raw(text, "half"));
    f.session->end_slow_requests();
    CHECK(f.sent().empty());
    f.session->end_slow_requests();
    CHECK(frames(f.sent()) == Frames{closed(1008)});
    CHECK(f.session->fault() == "slow WebSocket request");
    Fixture get;
    get.open();
    get.session->end_slow_requests();
    get.session->end_slow_requests();
    CHECK(get.sent().empty());
}

TEST_CASE("stopping asks the answer to end, and closes with 1001") {
    Fixture f;
    f.open();
    f.script().on_stopping = [](Script& self) {
        self.pieces = {"{\"error\":{}}\n"};
        self.end();
    };
    f.session->stop();
    f.session->stop();
    CHECK(f.script().stops == 1);
    CHECK(frames(f.sent()) == Frames{{text, "{\"error\":{}}"}, closed(1001)});
    CHECK(f.session->finished());
    Fixture waiting("/a?method=POST");
    waiting.open();
    waiting.session->stop();
    CHECK(frames(waiting.sent()) == Frames{closed(1001)});
    CHECK(waiting.session->finished());
    CHECK(waiting.handler.requests.empty());
}

TEST_CASE("an answer goes on when credentials elsewhere were bad, and a session without one ends") {
    Fixture f;
    f.open();
    f.script().exchange->permitted();
    f.script().exchange->permitted();
    CHECK(f.permissions == 1);
    CHECK(f.session->permitted() == 1);
    f.session->stop_guessing();
    f.script().give("on\n");
    CHECK(frames(f.sent()) == Frames{{text, "on"}});
    CHECK(f.script().stops == 0);
    Fixture waiting("/a?method=POST");
    waiting.open();
    waiting.session->stop_guessing();
    CHECK(frames(waiting.sent()) == Frames{closed(1008)});
}

TEST_CASE("an answer may call its exchange while it is destroyed") {
    std::shared_ptr<Script> script;
    {
        Fixture f;
        f.open();
        script = f.handler.scripts.at(0);
        script->on_destroy = [](Script& self) {
            self.exchange->resume();
            self.exchange->respond(200, {});
            CHECK(self.exchange->request().path == "/a");
        };
    }
    CHECK(script->destroyed);
}

TEST_CASE("a WebSocket follows other requests of the connection, and a refused handshake ends it") {
    unit::ScriptHandler handler;
    handler.on_request = unit::with_text("a", {{"content-length", "1"}});
    http::Http1Session session({handler, "", [] {}});
    session.receive("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + handshake() + frame(ping, "early"));
    CHECK_FALSE(session.successor()); // the first answer has not left
    std::string out;
    for (int i = 0; i < 3; ++i)
        session.send(out, 1000);
    session.proceed();
    const auto websocket = session.successor();
    REQUIRE(websocket);
    CHECK(websocket->requests() == 1);
    websocket->proceed();
    CHECK(websocket->requests() == 2);
    out.clear();
    websocket->send(out, 1000);
    CHECK(out.starts_with(accepted));
    CHECK(frames(std::string_view(out).substr(accepted.size())) == Frames{{pong, "early"}, {text, "a"}, closed(1000)});

    http::Http1Session old({handler, "", [] {}});
    auto text = handshake();
    text.replace(text.find(": 13"), 4, ": 12");
    old.receive(text);
    CHECK_FALSE(old.successor());
    out.clear();
    old.send(out, 1000);
    CHECK(out == "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "content-length: 0\r\nconnection: close\r\n\r\n");
    CHECK(old.finished());
    CHECK(old.fault() == "malformed WebSocket handshake");
}

} // namespace websocket_session_test

#include "handler.hpp"
#include "http2_client.hpp"

#include "http/http2_session.hpp"

#include <doctest/doctest.h>

namespace http2_session_test {

using unit::Script;

struct Fixture {
    unit::ScriptHandler handler;
    int wakes = 0;
    http::Http2Session session{{handler, "10.0.0.9", [this] { ++wakes; }}};
    unit::Http2Client client;

    std::string sent() {
        std::string all;
        for (std::size_t before = 1; before != all.size();) {
            before = all.size();
            session.send(all, 16 * 1024);
        }
        return all;
    }
    /// Moves bytes both ways until both are silent.
    void exchange(std::size_t step = 1 << 20) {
        for (int seen = -1;;) {
            const auto up = client.send();
            for (std::size_t i = 0; i < up.size(); i += step)
                session.receive(std::string_view(up).substr(i, step));
            const auto down = sent();
            client.receive(down);
            if (up.empty() && down.empty() && seen == wakes)
                return;
            seen = wakes;
        }
    }
};

TEST_CASE("headers leave at once, the body as it is given, trailers at the end") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {{"Content-Type", "application/grpc"}});
        script.trailers = {{"grpc-status", "0"}, {"Grpc-Message", "a\nb"}};
        return true;
    };
    const auto id = f.client.request("POST", "/routerrpc.Router/TrackPayments?x=y",
                                     {{"macaroon", "00"}, {"macaroon", "01"}}, "body");
    f.exchange();
    REQUIRE(f.handler.requests.size() == 1);
    const auto& request = f.handler.requests[0];
    CHECK(request.method == "POST");
    CHECK(request.path == "/routerrpc.Router/TrackPayments");
    CHECK(request.query == "x=y");
    CHECK(request.body == "body");
    CHECK(request.http2);
    CHECK(request.peer == "10.0.0.9");
    CHECK(request.headers == http::Headers{{"host", "node:1"}, {"macaroon", "00"}, {"macaroon", "01"}});
    auto& stream = f.client[id];
    CHECK(stream.status == 200);
    CHECK(stream.headers == http::Headers{{"content-type", "application/grpc"}});
    CHECK_FALSE(stream.ended);
    auto& script = *f.handler.scripts[0];
    const int pulls = script.pulls;
    f.exchange();
    CHECK(script.pulls == pulls); // not asked again before resume()
    script.give("first");
    f.exchange();
    CHECK(stream.body == "first");
    const std::string large(200'000, 'x'); // above the frame and the windows
    script.give(large);
    f.exchange();
    CHECK(stream.body == "first" + large);
    script.end();
    f.exchange();
    CHECK(stream.ended);
    CHECK(stream.trailers == http::Headers{{"grpc-status", "0"}, {"grpc-message", "a b"}});
    CHECK(script.destroyed);
    CHECK(f.session.exchanges() == 0);
    CHECK_FALSE(f.client.broken);
}

TEST_CASE("the settings say what is allowed") {
    Fixture f;
    f.exchange();
    CHECK(f.client.settings[NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS] == 100);
    CHECK(f.client.settings[NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE] == 16 * 1024);
}

TEST_CASE("bytes may come one at a time") {
    Fixture f;
    f.handler.on_request = unit::with_text("yes");
    const auto id = f.client.request("GET", "/");
    f.exchange(1);
    CHECK(f.client[id].body == "yes");
    CHECK(f.client[id].ended);
    CHECK(f.client[id].trailers.empty());
}

TEST_CASE("an answer of trailers alone ends with its headers") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond_without_body(200, {{"grpc-status", "12"}});
        return false;
    };
    const auto id = f.client.request("POST", "/x", {}, "b");
    f.exchange();
    CHECK(f.client[id].ended);
    CHECK(f.client[id].headers == http::Headers{{"grpc-status", "12"}});
    CHECK(f.client[id].body.empty());
    f.handler.on_request = unit::with_text("never sent");
    const auto head = f.client.request("HEAD", "/x");
    f.exchange();
    CHECK(f.client[head].ended);
    CHECK(f.client[head].body.empty());
    CHECK(f.handler.scripts.back()->pulls == 0);
    CHECK(f.handler.scripts.back()->destroyed);
    f.handler.on_request = [](http::Exchange&, Script&) { return false; };
    const auto nothing = f.client.request("GET", "/x");
    f.exchange();
    CHECK(f.client[nothing].status == 500);
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond(200, {});
        return false;
    };
    const auto empty = f.client.request("GET", "/x");
    f.exchange();
    CHECK(f.client[empty].status == 200);
    CHECK(f.client[empty].ended);
}

TEST_CASE("an answer may come later, and only the first one counts") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.resume();
        return true;
    };
    const auto id = f.client.request("GET", "/");
    f.exchange();
    CHECK(f.client[id].status == 0);
    f.handler.scripts[0]->exchange->respond(200, {});
    f.handler.scripts[0]->exchange->respond_without_body(500, {});
    f.exchange();
    CHECK(f.client[id].status == 200);
    CHECK_FALSE(f.client[id].ended);
}

TEST_CASE("nothing is pulled beyond the client's window") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.on_pull = [](Script& self) { self.pieces.push_back(std::string(1000, 'x')); };
        return true;
    };
    f.client.request("GET", "/");
    f.session.receive(f.client.send());
    for (int i = 0; i < 100; ++i)
        f.sent(); // the client reads nothing, so its window of 64 kB does not move
    CHECK(f.handler.scripts[0]->pulled >= 65'000);
    CHECK(f.handler.scripts[0]->pulled <= 65'535 + 1000);
}

TEST_CASE("send() gives about as much as it is asked for") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.on_pull = [](Script& self) { self.pieces.push_back(std::string(100, 'x')); };
        return true;
    };
    f.client.request("GET", "/");
    f.session.receive(f.client.send());
    std::string out;
    f.session.send(out, 1000);
    CHECK(out.size() >= 1000);
    CHECK(out.size() < 1200);
}

TEST_CASE("a reset stream destroys its answer and no other") {
    Fixture f;
    const auto one = f.client.request("GET", "/1");
    const auto two = f.client.request("GET", "/2");
    f.exchange();
    REQUIRE(f.handler.scripts.size() == 2);
    nghttp2_submit_rst_stream(f.client.raw(), NGHTTP2_FLAG_NONE, one, NGHTTP2_CANCEL);
    f.session.receive(f.client.send());
    CHECK(f.handler.scripts[0]->destroyed);
    CHECK_FALSE(f.handler.scripts[1]->destroyed);
    CHECK(f.session.exchanges() == 1);
    f.handler.scripts[1]->give("still there");
    f.exchange();
    CHECK(f.client[two].body == "still there");
}

TEST_CASE("a body above 64 kB is given up at once, and the rest is not wanted") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script&) {
        exchange.respond_without_body(200, {{"grpc-status", "8"}});
        return false;
    };
    const auto exact = f.client.request("POST", "/", {}, std::string(64 * 1024, 'x'));
    f.exchange();
    CHECK(f.handler.requests.back().body.size() == 64 * 1024);
    CHECK_FALSE(f.handler.requests.back().body_too_long);
    CHECK(f.client[exact].ended);
    const auto id = f.client.request("POST", "/", {}, std::string(65 * 1024, 'x'), false); // never ends
    f.exchange();
    CHECK(f.handler.requests.size() == 2);
    CHECK(f.handler.requests.back().body_too_long);
    CHECK(f.handler.requests.back().body.empty());
    CHECK(f.client[id].ended);
    CHECK(f.client[id].closed);
    CHECK(f.client[id].reset == NGHTTP2_NO_ERROR);
    CHECK(f.session.exchanges() == 0);
}

TEST_CASE("headers above 16 kB are answered with 431") {
    Fixture f;
    f.handler.on_request = unit::with_text("fine");
    const auto most = f.client.request("GET", "/", {{"a", std::string(16'000, 'x')}});
    f.exchange();
    CHECK(f.client[most].status == 200);
    for (int i = 0; i < 2; ++i) { // the connection stays of use
        const auto id = f.client.request("GET", "/", {{"a", std::string(16'384, 'x')}});
        f.exchange();
        CHECK(f.client[id].status == 431);
    }
    std::size_t many = 0;
    http::Headers headers;
    for (; many < 500; ++many)
        headers.push_back({"a", "b"});
    const auto id = f.client.request("GET", "/", headers);
    f.exchange();
    CHECK(f.client[id].status == 431); // each counts 34 bytes
    CHECK(f.handler.requests.size() == 1);
}

TEST_CASE("requests that never end hold a bounded amount together") {
    Fixture f;
    for (int i = 0; i < 50; ++i)
        f.client.request("POST", "/", {{"a", std::string(15'000, 'x')}}, "", false);
    f.exchange();
    CHECK(f.handler.requests.empty());
    int reset = 0;
    for (int i = 0; i < 50; ++i)
        reset += f.client[1 + 2 * i].closed ? 1 : 0;
    CHECK(reset >= 50 - 17);
    CHECK(reset < 50 - 10);
}

TEST_CASE("more than a hundred streams are refused") {
    Fixture f;
    f.exchange();
    nghttp2_session_set_local_window_size(f.client.raw(), NGHTTP2_FLAG_NONE, 0, 1 << 20);
    for (int i = 0; i < 120; ++i) // the client itself waits with the rest
        f.client.request("GET", "/");
    f.exchange();
    CHECK(f.handler.requests.size() == 100);
    f.handler.scripts[7]->end();
    f.exchange();
    CHECK(f.handler.requests.size() == 101);
}

TEST_CASE("stopping says GOAWAY, asks the answers to end, and takes no new request") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.trailers = {{"grpc-status", "2"}};
        return true;
    };
    const auto id = f.client.request("GET", "/");
    f.exchange();
    f.session.stop();
    f.session.stop();
    CHECK(f.handler.scripts[0]->stops == 1);
    const auto late = f.client.request("GET", "/late"); // crosses the GOAWAY
    f.exchange();
    CHECK(f.client.goaway);
    CHECK(f.client.goaway_error == NGHTTP2_NO_ERROR);
    CHECK(f.handler.requests.size() == 1);
    CHECK(f.client[late].status == 0);
    CHECK_FALSE(f.session.finished());
    f.handler.scripts[0]->end();
    f.exchange();
    CHECK(f.client[id].ended);
    CHECK(f.client[id].trailers == http::Headers{{"grpc-status", "2"}});
    CHECK(f.session.finished());
}

TEST_CASE("a ping is sent on demand") {
    Fixture f;
    f.exchange();
    CHECK(f.session.ping());
    f.exchange();
    CHECK(f.client.pings == 1);
}

TEST_CASE("bytes that are no HTTP/2 end the session") {
    for (const std::string text :
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxxxxxx"}) {
        Fixture f;
        f.session.receive(text);
        f.sent();
        CHECK(f.session.finished());
        CHECK(f.handler.requests.empty());
    }
}

TEST_CASE("a client that asks for answers to frames and never reads is given up") {
    Fixture f;
    f.exchange();
    for (int i = 0; i < 3000 && !f.session.finished(); ++i) {
        const std::uint8_t data[8] = {};
        nghttp2_submit_ping(f.client.raw(), NGHTTP2_FLAG_NONE, data);
        f.session.receive(f.client.send());
    }
    CHECK(f.session.finished());
}

TEST_CASE("answers may call any exchange while they are pulled or destroyed") {
    unit::ScriptHandler handler;
    int wakes = 0;
    {
        http::Http2Session session({handler, "", [&] { ++wakes; }});
        unit::Http2Client client;
        handler.on_request = [&](http::Exchange& exchange, Script& script) {
            script.on_destroy = [&](Script& self) {
                for (const auto& each : handler.scripts)
                    if (!each->destroyed)
                        each->exchange->resume();
                self.exchange->respond(200, {});
                CHECK(self.exchange->request().path == "/");
            };
            if (handler.scripts.size() == 1)
                exchange.respond(200, {});
            return true;
        };
        for (int i = 0; i < 3; ++i)
            client.request("GET", "/");
        const auto move = [&] {
            session.receive(client.send());
            std::string out;
            session.send(out, 1 << 20);
            client.receive(out);
        };
        move();
        REQUIRE(handler.scripts.size() == 3);
        handler.scripts[0]->on_pull = [&](Script& self) {
            self.exchange->resume();
            handler.scripts[1]->exchange->respond(200, {});
            handler.scripts[1]->exchange->resume();
            if (self.pulls > 5)
                self.ended = true;
        };
        handler.scripts[0]->exchange->resume();
        for (int i = 0; i < 10; ++i)
            move();
        CHECK(handler.scripts[0]->destroyed);
        CHECK(client[3].status == 200);
        CHECK(session.exchanges() == 2);
    }
    for (const auto& script : handler.scripts)
        CHECK(script->destroyed);
}

} // namespace http2_session_test

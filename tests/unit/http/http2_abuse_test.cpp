#include "handler.hpp"
#include "http2_client.hpp"
#include "http2_frames.hpp"

#include "http/http2_session.hpp"

#include <doctest/doctest.h>

namespace http2_abuse_test {

using unit::frame;
using unit::number;
using unit::Script;

struct Fixture {
    unit::ScriptHandler handler;
    int permissions = 0;
    int refusals = 0;
    http::Http2Session session{{handler, "10.0.0.9", [] {}, [this] { ++permissions; }, [this] { ++refusals; }}};
    std::uint32_t goaway = 0; // its error
    std::uint32_t next = 1;   // stream

    Fixture() {
        session.receive(unit::preface());
        read();
    }
    /// What the session says, and that alone. Finds the GOAWAY in it.
    std::string read() {
        std::string all;
        for (std::size_t before = 1; before != all.size();) {
            before = all.size();
            session.send(all, 16 * 1024);
        }
        for (std::string_view rest = all; rest.size() >= 9;) {
            const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
            const auto length =
                static_cast<std::size_t>(byte(0)) << 16 | static_cast<std::size_t>(byte(1)) << 8 | byte(2);
            if (byte(3) == NGHTTP2_GOAWAY)
                goaway = byte(16);
            rest.remove_prefix(std::min(rest.size(), 9 + length));
        }
        return all;
    }
    /// How often the client can do this, while it reads everything, until it is given up.
    template <class Make>
    int survived(Make make, int most = 20'000) {
        for (int i = 0; i < most; ++i) {
            session.receive(make());
            read();
            if (session.finished())
                return i;
        }
        return most;
    }
};

TEST_CASE("floods of frames that bring nothing end the session, each by its name") {
    struct Row {
        std::string name;
        std::string bytes;
    };
    const std::string eight(8, 'x');
    for (const auto& row : {
             Row{"HTTP/2 flood of PRIORITY", frame(NGHTTP2_PRIORITY, 0, 3, number(0) + "x")},
             Row{"HTTP/2 flood of PRIORITY", frame(NGHTTP2_PRIORITY_UPDATE, 0, 0, number(1) + "u=1")},
             Row{"HTTP/2 flood of PING", frame(NGHTTP2_PING, 0, 0, eight)},
             Row{"HTTP/2 flood of PING", frame(NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, eight)},
             Row{"HTTP/2 flood of SETTINGS", frame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\3\0\0\0\x64", 6))},
             Row{"HTTP/2 flood of WINDOW_UPDATE", frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(1))},
             Row{"HTTP/2 flood of other frames", frame(0x77, 0, 0, "x")},
             Row{"HTTP/2 flood of small DATA", frame(NGHTTP2_DATA, 0, 1)},
             Row{"HTTP/2 flood of small DATA", frame(NGHTTP2_DATA, NGHTTP2_FLAG_PADDED, 1, std::string("\2\0\0", 3))},
         }) {
        CAPTURE(row.name);
        Fixture f;
        f.session.receive(unit::request(1, false));
        const int times = f.survived([&] { return row.bytes; });
        CHECK(times >= 900);
        CHECK(times <= 2000); // some come back with time
        CHECK(f.session.fault() == row.name);
        CHECK(f.goaway == NGHTTP2_ENHANCE_YOUR_CALM);
        const auto requests = f.handler.requests.size();
        f.session.receive(unit::request(3)); // nothing is taken any more
        CHECK(f.handler.requests.size() == requests);
    }
}

TEST_CASE("frames are found however the bytes are cut, and counted also if nghttp2 ignores them") {
    const auto bytes = unit::preface() + frame(0x77, 5, 9, "abc") + unit::request(1) + frame(NGHTTP2_DATA, 1, 1);
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        http::FrameScanner scanner;
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < bytes.size(); i += step)
            scanner.scan(std::string_view(bytes).substr(i, step), [&](const http::FrameHead& head) {
                found.push_back(head.type * 10'000UL + head.flags * 100UL + head.length);
            });
        CHECK(found == std::vector<std::size_t>{40'000, 1'190'503, 10'506, 100});
    }
    Fixture f;
    f.session.receive(unit::request(1) + frame(NGHTTP2_RST_STREAM, 0, 1, number(NGHTTP2_CANCEL)));
    f.read();
    CHECK(f.survived([] { return frame(NGHTTP2_DATA, 0, 1); }) <= 2000); // of a closed stream
    CHECK(f.session.fault() == "HTTP/2 flood of small DATA");
}

TEST_CASE("a client that takes its requests back again and again is given up") {
    Fixture f;
    const int times = f.survived([&] {
        const auto stream = std::exchange(f.next, f.next + 2);
        return unit::request(stream) + frame(NGHTTP2_RST_STREAM, 0, stream, number(NGHTTP2_CANCEL));
    });
    CHECK(times >= 100);
    CHECK(times < 1000);
    CHECK(f.session.fault() == "HTTP/2 rapid reset");
    CHECK(f.handler.scripts[0]->destroyed);
}

TEST_CASE("continuations without end are given up, and so are headers that grow when they are read") {
    Fixture f;
    f.session.receive(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 1, unit::small_request()));
    CHECK(f.survived([] { return frame(NGHTTP2_CONTINUATION, 0, 1, std::string("\0\1b\1c", 5)); }) < 20);
    CHECK(f.session.fault() == "HTTP/2 flood of CONTINUATION");
    CHECK(f.handler.requests.empty());

    Fixture bomb;
    const std::string value(4000, 'x'); // into the table of HPACK; 62 is its first entry
    const std::string indexed(12'000, '\xbe');
    bomb.session.receive(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1,
                               unit::small_request() +
                                   std::string("\x40\x01"
                                               "b\x7f\xa1\x1e",
                                               6) +
                                   value + indexed));
    CHECK(bomb.session.finished());
    CHECK(bomb.session.fault() == "HTTP/2 header bomb");
    CHECK(bomb.handler.requests.empty());
}

TEST_CASE("headers above the limit are answered some times only") {
    Fixture f;
    const std::string value(4000, 'x');
    const auto headers = unit::small_request() +
                         std::string("\x40\x01"
                                     "b\x7f\xa1\x1e",
                                     6) +
                         value + std::string(5, '\xbe');
    const int times = f.survived([&] {
        return frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM,
                     std::exchange(f.next, f.next + 2), headers);
    });
    CHECK(times >= 5);
    CHECK(times <= 20);
    CHECK(f.session.fault() == "HTTP/2 header bomb");
    CHECK(f.handler.requests.empty());
}

TEST_CASE("what no client may send ends the session") {
    for (const auto& bytes : {
             frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(0)),
             frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(0x7FFFFFFF)),
             frame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\4\xff\xff\xff\xff", 6)),
             frame(NGHTTP2_DATA, 0, 0, "x"),
             frame(NGHTTP2_PUSH_PROMISE, NGHTTP2_FLAG_END_HEADERS, 1, number(2)),
             frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 2, unit::small_request()),
             frame(NGHTTP2_PING, 0, 0, "short"),
             frame(NGHTTP2_CONTINUATION, NGHTTP2_FLAG_END_HEADERS, 1, "x"),
             frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, "\xff\xff\xff\xff\xff\xff\xff"),
         }) {
        Fixture f;
        f.session.receive(bytes);
        f.read();
        CHECK(f.session.fault() == "HTTP/2 protocol error");
        CHECK(f.session.finished());
    }
}

TEST_CASE("a client without windows waits; its requests and answers cost a bounded amount") {
    Fixture f;
    f.handler.on_request = unit::with_text(std::string(1000, 'x'));
    f.session.receive(frame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\4\0\0\0\0", 6))); // INITIAL_WINDOW_SIZE
    for (std::uint32_t i = 0; i < http::Http2Session::most_streams; ++i)
        f.session.receive(unit::request(1 + 2 * i));
    CHECK(f.read().size() < 20'000);
    CHECK(f.session.exchanges() == http::Http2Session::most_streams);
    CHECK(f.session.fault().empty());
    f.session.receive(frame(NGHTTP2_WINDOW_UPDATE, 0, 1, number(1000)));
    CHECK(f.read().find(std::string(1000, 'x')) != std::string::npos);
}

TEST_CASE("a client that reads much may say so for each frame, and ping meanwhile") {
    Fixture f;
    f.handler.on_request = [](http::Exchange& exchange, Script& script) {
        exchange.respond(200, {});
        script.on_pull = [](Script& self) { self.pieces.push_back(std::string(1000, 'x')); };
        return true;
    };
    f.session.receive(unit::request(1));
    const auto window = number(16 * 1024);
    CHECK(f.survived(
              [&] {
                  return frame(NGHTTP2_WINDOW_UPDATE, 0, 0, window) + frame(NGHTTP2_WINDOW_UPDATE, 0, 1, window) +
                         frame(NGHTTP2_PING, 0, 0, "12345678");
              },
              5000) == 5000);
    CHECK(f.session.fault().empty());
}

TEST_CASE("requests that do not become complete are given up at the second call, and no other") {
    Fixture f;
    f.session.receive(unit::request(1, false));
    CHECK(f.session.incomplete() == 1);
    f.session.end_slow_requests();
    f.session.receive(unit::request(3, false) + unit::request(5));
    f.read();
    CHECK(f.session.incomplete() == 2);
    f.session.end_slow_requests();
    f.read();
    CHECK(f.session.incomplete() == 1);
    CHECK(f.session.exchanges() == 1);
    f.session.receive(frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 3, "late"));
    CHECK(f.session.incomplete() == 0);
    CHECK(f.handler.requests.size() == 2);
}

TEST_CASE("after too many bad credentials the session ends, but not the calls that were permitted") {
    Fixture f;
    f.handler.on_request = [](http::Exchange&, Script&) { return true; };
    for (std::uint32_t stream : {1U, 3U, 5U})
        f.session.receive(unit::request(stream));
    auto& good = *f.handler.scripts[0]->exchange;
    good.permitted();
    good.permitted();
    good.respond(200, {});
    CHECK(f.permissions == 1);
    CHECK(f.session.permitted() == 1);
    auto& bad = *f.handler.scripts[1]->exchange;
    bad.refused();
    bad.refused();
    CHECK(f.refusals == 1);
    CHECK_FALSE(bad.slowed());
    f.session.stop_guessing();
    f.session.receive(unit::request(7));
    f.read();
    CHECK(f.goaway == NGHTTP2_ENHANCE_YOUR_CALM);
    CHECK(f.handler.scripts.size() == 3);
    CHECK(f.handler.scripts[2]->destroyed);
    CHECK_FALSE(f.handler.scripts[0]->destroyed);
    bad.respond_without_body(200, {}); // late
    f.read();
    CHECK(f.handler.scripts[1]->destroyed);
    CHECK(f.handler.scripts[0]->stops == 0);
    CHECK_FALSE(f.session.finished());
    f.handler.scripts[0]->end();
    f.read();
    CHECK(f.session.permitted() == 0);
    CHECK(f.session.finished());
    CHECK(f.session.fault().empty());
}

} // namespace http2_abuse_test

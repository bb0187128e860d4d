// An HTTP/2 connection whose client sends whole frames, in any order, most of them right: so requests, resets, windows,
// settings and CONTINUATION reach deep states. What the server sends is judged by the client's ledger of windows.
#include "fuzz.hpp"
#include "http/http2_session.hpp"
#include "http_handler.hpp"

#include <map>
#include <string>

namespace http2_frames_target {

namespace {

using namespace std::string_view_literals;

enum Kind : std::uint8_t {
    data_frame,
    headers_frame,
    priority,
    rst_stream,
    settings_frame,
    push_promise,
    ping,
    goaway,
    window_update,
    continuation
};
constexpr std::uint8_t end_stream = 1;
constexpr std::uint8_t end_headers = 4;
constexpr std::uint64_t default_window = 65'535; // RFC 9113, 6.9.2
constexpr std::size_t longest_payload = 16'384;  // RFC 9113, 4.2

std::string number(std::uint64_t value, int octets) {
    std::string out;
    for (int i = octets - 1; i >= 0; --i)
        out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return out;
}

std::string frame(std::uint8_t kind, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    auto out = number(payload.size(), 3) + number(kind, 1) + number(flags, 1) + number(stream, 4);
    return out.append(payload);
}

/// A header block (RFC 7541): fields of the static table, a path that chooses the handler's answer, and more.
std::string block(fuzz::Choices& choices) {
    std::string out(choices.coin() ? "\x83" : "\x82"); // POST, GET
    out += "\x87\x41\x01x";                            // https, an authority
    const auto path = 1 + choices.below(40);
    out += '\x04' + number(path, 1) + '/' + std::string(path - 1, 'x');
    for (auto more = choices.below(6); more > 0; --more) {
        const auto size = choices.below(100);
        out += choices.coin() ? "\x40\x01"sv : "\x00\x01"sv; // kept in the table, or not
        out += 'a' + number(size, 1) + std::string(size, 'b');
        out.append(choices.below(20), '\xbe'); // the first of the table, again and again
    }
    return out;
}

/// What the client has allowed, and what came.
class Ledger {
  public:
    std::uint32_t newest = 0; // of the client's streams

    void allow(std::uint32_t stream, std::uint64_t octets) {
        (stream == 0 ? all_ : streams_[stream].allowed) += octets;
    }
    void set_initial(std::uint64_t octets) { initial_ = std::max(initial_, octets); }

    void receive(std::string_view bytes) {
        pending_ += bytes;
        std::string_view left = pending_;
        while (left.size() >= 9) {
            const auto octet = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(left[i])}; };
            const std::size_t size = octet(0) << 16 | octet(1) << 8 | octet(2);
            fuzz::require(size <= longest_payload, "a frame is no longer than the client takes");
            if (left.size() < 9 + size)
                break;
            judge(static_cast<std::uint8_t>(octet(3)), static_cast<std::uint8_t>(octet(4)),
                  octet(5) << 24 | octet(6) << 16 | octet(7) << 8 | octet(8), size);
            left.remove_prefix(9 + size);
        }
        pending_ = std::string(left);
    }
    [[nodiscard]] bool whole() const { return pending_.empty(); }

  private:
    struct Stream {
        std::uint64_t allowed = 0; // beyond the initial window
        std::uint64_t got = 0;
        bool begun = false;
        bool ended = false;
    };

    void judge(std::uint8_t kind, std::uint8_t flags, std::uint32_t id, std::size_t size) {
        fuzz::require(begun_ || kind == settings_frame, "SETTINGS come first");
        begun_ = true;
        if (kind == settings_frame || kind == ping || kind == goaway)
            return fuzz::require(id == 0, "a frame of the connection is on stream 0");
        if (kind == window_update && id == 0)
            return;
        fuzz::require(kind == data_frame || kind == headers_frame || kind == rst_stream || kind == window_update ||
                          kind == continuation,
                      "a server sends no other frames");
        fuzz::require(id % 2 == 1 && id <= newest, "an answer is of a stream that the client opened");
        auto& stream = streams_[id];
        if (kind == rst_stream)
            stream.ended = true;
        if (kind != data_frame && kind != headers_frame)
            return;
        fuzz::require(!stream.ended, "nothing follows the end of an answer");
        fuzz::require(kind == headers_frame || stream.begun, "a body follows its headers");
        stream.begun = true;
        stream.ended = (flags & end_stream) != 0;
        if (kind != data_frame)
            return;
        stream.got += size;
        got_ += size;
        fuzz::require(stream.got <= initial_ + stream.allowed, "a stream's window is kept");
        fuzz::require(got_ <= default_window + all_, "the connection's window is kept");
    }

    std::string pending_;
    std::map<std::uint32_t, Stream> streams_;
    std::uint64_t initial_ = default_window;
    std::uint64_t all_ = 0;
    std::uint64_t got_ = 0;
    bool begun_ = false;
};

/// The next frames of the client. The ledger never allows less than they say.
std::string next(fuzz::Choices& choices, Ledger& ledger) {
    const auto stream = [&] { // one of the last
        const auto back = 2 * static_cast<std::uint32_t>(choices.below(8));
        return ledger.newest > back ? ledger.newest - back : 0;
    };
    switch (choices.below(14)) {
    case 0:
    case 1: {
        ledger.newest += ledger.newest == 0 ? 1 : 2;
        return frame(headers_frame, end_headers | end_stream, ledger.newest, block(choices));
    }
    case 2: {
        ledger.newest += ledger.newest == 0 ? 1 : 2;
        return frame(headers_frame, end_headers, ledger.newest, block(choices));
    }
    case 3: { // in pieces
        ledger.newest += ledger.newest == 0 ? 1 : 2;
        const auto all = block(choices);
        std::string out = frame(headers_frame, choices.coin() ? end_stream : 0, ledger.newest, all.substr(0, 3));
        for (auto empty = choices.below(12); empty > 0; --empty)
            out += frame(continuation, 0, ledger.newest, {});
        return out + frame(continuation, end_headers, ledger.newest, std::string_view(all).substr(3));
    }
    case 4:
        return frame(data_frame, choices.coin() ? end_stream : 0, stream(), std::string(choices.below(256) * 64, 'd'));
    case 5:
        return frame(rst_stream, 0, stream(), number(choices.below(14), 4));
    case 6: {
        const auto size = choices.number() & 0x7FFF'FFFF;
        const auto at = choices.coin() ? 0 : stream();
        ledger.allow(at, size);
        return frame(window_update, 0, at, number(size, 4));
    }
    case 7: {
        const auto name = choices.below(8);
        const auto value = choices.number() & 0xFFFF'FFFF;
        if (name == 4)
            ledger.set_initial(value);
        return frame(settings_frame, 0, 0, number(name, 2) + number(value, 4));
    }
    case 8:
        return frame(settings_frame, 1, 0, {});
    case 9: {
        std::string out;
        for (auto n = choices.below(256); n > 0; --n)
            out += frame(ping, 0, 0, std::string(8, 'p'));
        return out;
    }
    case 10:
        return frame(priority, 0, stream(), std::string(5, '\x10'));
    case 11:
        return frame(headers_frame, end_headers | end_stream, stream(), block(choices)); // trailers
    case 12:
        return frame(goaway, 0, 0, number(stream(), 4) + number(choices.below(14), 4));
    default: {
        const auto kind = choices.byte();
        const auto flags = choices.byte();
        const auto payload = choices.take(choices.below(40));
        if (kind == settings_frame || kind == window_update || (kind == headers_frame && payload.empty()))
            return {}; // the ledger does not read these
        return frame(kind, flags, stream(), fuzz::text_of(payload.data(), payload.size()));
    }
    }
}

} // namespace

FUZZ_TARGET(http2_frames) {
    fuzz::Choices choices(data, size);
    fuzz::HttpHandler handler;
    Ledger ledger;
    {
        http::Http2Session session({handler, "127.0.0.1", [] {}});
        const auto run = [&](std::size_t most) {
            std::string sent;
            session.send(sent, most);
            ledger.receive(sent);
            handler.resume_all();
            fuzz::require(session.exchanges() >= handler.open.size(), "open answers are counted");
            fuzz::require(session.exchanges() <= http::Http2Session::most_streams, "streams are limited");
        };
        session.receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv);
        session.receive(frame(settings_frame, 0, 0, {}));
        while (!choices.empty() && !session.finished()) {
            session.receive(next(choices, ledger));
            const auto turn = choices.below(16);
            if (turn == 0)
                session.stop();
            else if (turn == 1)
                session.ping();
            else if (turn < 12)
                run(turn < 8 ? 16UL * 1024 : 1);
        }
        session.stop();
        for (int i = 0; i < 4; ++i)
            run(1UL << 20);
        fuzz::require(ledger.whole(), "only whole frames are sent");
    }
    fuzz::require(handler.created == handler.destroyed, "every answer is destroyed");
    fuzz::require(handler.requests.size() <= size, "every request was asked for");
    return 0;
}

} // namespace http2_frames_target

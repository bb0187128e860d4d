// A WebSocket after its handshake: the first byte chooses the request, the rest is what the client sends. A reader of
// frames that shares no code with the session says which message and which pings there are.
#include "http/websocket_session.hpp"
#include "fuzz.hpp"
#include "http_handler.hpp"

#include <algorithm>
#include <optional>

namespace websocket_session_target {

namespace {

struct Frame {
    std::uint8_t first = 0; // FIN, reserved bits, opcode
    std::string payload;

    [[nodiscard]] unsigned opcode() const { return first & 0x0fU; }
    [[nodiscard]] bool final() const { return (first & 0x80U) != 0; }
};

/// Takes a frame from the front; nothing if there is no whole one in its shortest form, masked as the sender must.
std::optional<Frame> take_frame(std::string_view& bytes, bool masked) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    if (bytes.size() < 2 || (at(1) >= 0x80) != masked)
        return std::nullopt;
    std::size_t head = 2;
    std::uint64_t size = at(1) & 0x7fU;
    if (const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0; more > 0) {
        if (bytes.size() < head + more)
            return std::nullopt;
        size = 0;
        for (; head < 2 + more; ++head)
            size = size << 8 | at(head);
        if (size < (more == 2 ? 126U : 65'536U))
            return std::nullopt;
    }
    const auto mask = bytes.substr(head, masked ? 4 : 0);
    head += masked ? 4 : 0;
    if (bytes.size() < head || bytes.size() - head < size)
        return std::nullopt;
    Frame frame{at(0), std::string(bytes.substr(head, size))};
    for (std::size_t i = 0; masked && i < frame.payload.size(); ++i)
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ mask[i % 4]);
    bytes.remove_prefix(head + size);
    return frame;
}

/// What the client said before its first mistake, but for texts that are no UTF-8.
struct Said {
    std::optional<std::string> message; // the first one
    std::vector<std::string> pings;
    bool has_text = false;
};

Said said_in(std::string_view bytes) {
    Said said;
    std::optional<std::string> open;
    while (const auto frame = take_frame(bytes, true)) {
        const auto opcode = frame->opcode();
        const bool control = opcode >= 8;
        if ((frame->first & 0x70U) != 0 || (control && (!frame->final() || frame->payload.size() > 125)))
            break;
        if (opcode == 9) {
            said.pings.push_back(frame->payload);
        } else if (opcode < 3) {
            if ((opcode == 0) != open.has_value())
                break;
            said.has_text = said.has_text || opcode == 1;
            open = open.value_or("") + frame->payload;
            if (open->size() > http::most_body_bytes)
                break;
            if (frame->final() && !said.message)
                said.message = open;
            if (frame->final())
                open.reset();
        } else if (opcode != 10) {
            break;
        }
    }
    return said;
}

/// Whole frames, not masked; nothing follows a Close. Returns the payloads of its pongs.
std::vector<std::string> judge(std::string_view sent) {
    std::vector<std::string> pongs;
    bool closed = false;
    while (!sent.empty()) {
        const auto frame = take_frame(sent, false);
        fuzz::require(frame && (frame->first & 0xf0U) == 0x80, "the server sends whole, final frames");
        fuzz::require(!closed, "nothing follows a Close");
        const auto opcode = frame->opcode();
        fuzz::require(opcode == 1 || opcode == 8 || opcode == 10, "the server sends texts, pongs and Close");
        fuzz::require(opcode == 1 || frame->payload.size() <= 125, "control frames are short");
        if (opcode == 10)
            pongs.push_back(frame->payload);
        closed = opcode == 8;
    }
    return pongs;
}

std::vector<http::Request> play(std::uint8_t choice, std::string_view bytes, std::size_t step) {
    fuzz::HttpHandler handler;
    std::string sent;
    {
        http::WebSocketHandshake handshake;
        handshake.has_body = (choice & 1U) != 0;
        handshake.request.path = std::string(choice / 2 % 8, '/');
        http::WebSocketSession session({handler, "127.0.0.1", [] {}}, std::move(handshake),
                                       std::string(bytes.substr(0, step)), 0);
        const auto run = [&] {
            for (int i = 0; i < 12; ++i) {
                session.proceed();
                session.send(sent, 100);
                handler.resume_all();
            }
        };
        run();
        for (std::size_t i = step; i < bytes.size(); i += step) {
            session.receive(bytes.substr(i, step));
            run();
            fuzz::require(session.exchanges() == handler.open.size(), "open answers are counted");
        }
        session.stop();
        run();
        fuzz::require(session.requests() <= 1, "there is one request");
        fuzz::require(sent.size() < 4000 + 2 * bytes.size(), "a client costs no more output than it sends");
        const auto said = said_in(bytes);
        const auto pongs = judge(sent);
        fuzz::require(pongs.size() <= said.pings.size() && std::equal(pongs.begin(), pongs.end(), said.pings.begin()),
                      "pongs answer pings in order");
        if ((choice & 1U) != 0 && said.message && !said.has_text)
            fuzz::require(handler.requests.size() == 1 && handler.requests[0].body == *said.message,
                          "the first message is the body");
        if ((choice & 1U) != 0 && !said.message)
            fuzz::require(handler.requests.empty(), "no request without a message");
    }
    fuzz::require(handler.created == handler.destroyed, "every answer is destroyed");
    return handler.requests;
}

} // namespace

FUZZ_TARGET(websocket_session) {
    constexpr std::size_t most = 3000; // fewer frames than the session's limits of floods
    if (size == 0 || size > most)
        return 0;
    const auto bytes = fuzz::text_of(data + 1, size - 1);
    const auto whole = play(data[0], bytes, std::max<std::size_t>(bytes.size(), 1));
    const auto cut = play(data[0], bytes, bytes.size() < 1000 ? 1 : 13);
    fuzz::require(whole.size() == cut.size(), "the same requests, however the bytes are cut");
    for (std::size_t i = 0; i < whole.size(); ++i)
        fuzz::require(whole[i].body == cut[i].body, "the same body, however the bytes are cut");
    return 0;
}

} // namespace websocket_session_target

// A whole HTTP/1.1 connection: the same requests reach the handler however the bytes are cut, all answers are
// destroyed, and nothing else than answers is sent. A WebSocket goes on with the connection.
#include "http/http1_session.hpp"
#include "fuzz.hpp"
#include "http_handler.hpp"

#include <algorithm>

namespace http1_session_target {

namespace {

std::vector<http::Request> play(std::string_view text, std::size_t step) {
    fuzz::HttpHandler handler;
    std::string sent;
    {
        std::unique_ptr<http::Session> session =
            std::make_unique<http::Http1Session>(http::SessionOwner{handler, "127.0.0.1", [] {}});
        const auto run = [&] {
            for (int i = 0; i < 12; ++i) {
                session->proceed();
                if (auto websocket = session->successor())
                    session = std::move(websocket);
                session->send(sent, 100);
                handler.resume_all();
            }
        };
        for (std::size_t i = 0; i < text.size(); i += step) {
            session->receive(text.substr(i, step));
            run();
            fuzz::require(session->exchanges() <= 1, "requests are answered one after the other");
        }
        for (std::size_t i = 0; i < text.size() / 16; ++i) // those that waited
            run();
        session->stop();
        run();
        fuzz::require(session->exchanges() == handler.open.size() || handler.open.empty(), "open answers are counted");
    }
    fuzz::require(handler.created == handler.destroyed, "every answer is destroyed");
    fuzz::require(sent.empty() || sent.starts_with("HTTP/1.1 "), "answers begin with a status");
    fuzz::require(sent.find("b\r\nc") == std::string::npos, "no value ends a header");
    return handler.requests;
}

} // namespace

FUZZ_TARGET(http1_session) {
    constexpr std::size_t most = 3000; // fewer frames than a WebSocket's limits of floods
    if (size > most)
        return 0;
    const auto text = fuzz::text_of(data, size);
    const auto whole = play(text, std::max<std::size_t>(size, 1));
    const auto cut = play(text, size < 1000 ? 1 : 13);
    fuzz::require(whole.size() == cut.size(), "the same requests, however the bytes are cut");
    for (std::size_t i = 0; i < whole.size(); ++i)
        fuzz::require(whole[i].method == cut[i].method && whole[i].path == cut[i].path &&
                          whole[i].body == cut[i].body && whole[i].headers == cut[i].headers,
                      "a request is the same, however its bytes are cut");
    return 0;
}

} // namespace http1_session_target

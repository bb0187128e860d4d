// A whole HTTP/2 connection. The first byte says whether the client's preface and settings come before the input, so
// that the fuzzer need not find them; the second cuts the rest into reads.
#include "http/http2_session.hpp"
#include "fuzz.hpp"
#include "http_handler.hpp"

#include <string>

namespace http2_session_target {

namespace {

using namespace std::string_view_literals;

constexpr auto preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"sv;

} // namespace

FUZZ_TARGET(http2_session) {
    fuzz::Choices choices(data, size);
    const bool with_preface = choices.coin();
    const std::size_t step = 1 + choices.byte();
    const auto rest = choices.rest();
    const auto text = fuzz::text_of(rest.data(), rest.size());
    fuzz::HttpHandler handler;
    {
        http::Http2Session session({handler, "127.0.0.1", [] {}});
        std::string sent;
        const auto run = [&] {
            for (int i = 0; i < 3; ++i) {
                session.send(sent, 16UL * 1024);
                handler.resume_all();
                fuzz::require(session.exchanges() >= handler.open.size(), "open answers are counted");
                fuzz::require(session.exchanges() <= http::Http2Session::most_streams, "streams are limited");
            }
        };
        if (with_preface)
            session.receive(preface);
        for (std::size_t i = 0; i < text.size() && !session.finished(); i += step) {
            session.receive(text.substr(i, step));
            run();
        }
        session.ping();
        session.stop();
        run();
        // Windows limit what leaves: 64 kB, and as much as the client has allowed in its frames; answers are short.
        fuzz::require(sent.size() < (1UL << 20) + 200'000 * handler.requests.size(), "output is bounded");
    }
    fuzz::require(handler.created == handler.destroyed, "every answer is destroyed");
    return 0;
}

} // namespace http2_session_target

// The server's side of TLS: garbage, or a real client whose bytes are damaged on their way. What comes out is what the
// client has sent, up to the first damage; an error is final.
#include "http/tls_session.hpp"
#include "fuzz.hpp"
#include "unit/http/tls_client.hpp"

#include <string>

namespace tls_session_target {

namespace {

using namespace std::string_view_literals;

/// The network between both, and what is known of it.
struct Wire {
    http::TlsSession server{unit::tls()};
    unit::TlsClient client;
    std::string up;       // on its way to the server
    std::string sent;     // by the client, plain
    std::string received; // by the server
    std::string answers;
    bool damaged = false;
    bool closed = false; // by the client
    bool ended = false;  // by the server, which reads no more
    bool refused = false;

    Wire(bool http2, bool newest)
        : client(http2 ? "\x02h2\x08http/1.1"sv : ""sv, newest ? TLS1_3_VERSION : TLS1_2_VERSION) {}

    void damage(fuzz::Choices& choices) {
        damaged = true;
        up += client.output();
        const auto at = up.empty() ? 0 : (choices.byte() * 256UL + choices.byte()) % up.size();
        switch (choices.below(4)) {
        case 0:
            if (!up.empty())
                up[at] = static_cast<char>(up[at] ^ (choices.byte() | 1));
            return;
        case 1:
            up.erase(at, 1 + choices.byte());
            return;
        case 2:
            up += up.substr(at, choices.byte()); // once more
            return;
        default: {
            const auto bytes = choices.take(choices.byte());
            up.insert(at, fuzz::text_of(bytes.data(), bytes.size()));
        }
        }
    }
    void deliver(std::size_t most, std::size_t step) {
        up += client.output();
        const auto now = up.substr(0, most);
        up.erase(0, now.size());
        for (std::size_t i = 0; i < now.size(); i += step) {
            const auto before = received.size();
            const bool taken = server.receive(std::string_view(now).substr(i, step), received).has_value();
            fuzz::require(!refused || (!taken && received.size() == before), "an error is final");
            refused = !taken;
            fuzz::require(received.size() == before || server.established() || refused,
                          "nothing is read before the handshake");
        }
        client.receive(std::exchange(server.output(), {}), answers);
        fuzz::require(sent.starts_with(received), "what comes out is what the client has sent");
    }
};

} // namespace

FUZZ_TARGET(tls_session) {
    fuzz::Choices choices(data, size);
    const auto kind = choices.byte();
    Wire wire((kind & 1) != 0, (kind & 2) != 0);
    if ((kind & 4) != 0) {
        wire.damaged = true;
        (void)wire.client.output();
        const std::size_t step = 1 + choices.byte();
        const auto garbage = choices.rest();
        wire.up = fuzz::text_of(garbage.data(), garbage.size());
        wire.deliver(wire.up.size(), step);
    }
    while (!choices.empty()) {
        switch (choices.below(6)) {
        case 0:
            wire.damage(choices);
            break;
        case 1:
            if (wire.client.established() && !wire.client.failed && !wire.closed) {
                const std::string piece(choices.below(64) * 300, 'c');
                wire.client.send(piece);
                wire.sent += piece;
            }
            break;
        case 2:
            if (wire.server.established() && !wire.ended)
                wire.server.send(std::string(choices.below(64) * 300, 's'));
            break;
        case 3:
            if (choices.below(8) == 0 && wire.client.established()) {
                wire.client.close();
                wire.closed = true;
            } else if (choices.below(8) == 0) {
                wire.server.close();
                wire.ended = true;
            }
            break;
        default:
            wire.deliver(choices.coin() ? 1UL << 20 : choices.byte() * 16UL,
                         choices.coin() ? 1UL << 20 : 1 + choices.byte());
        }
    }
    for (int i = 0; i < 3; ++i)
        wire.deliver(1UL << 20, 1UL << 20);
    if (!wire.damaged && !wire.ended) {
        fuzz::require(wire.server.established() && !wire.refused, "a handshake without damage is complete");
        fuzz::require(wire.received == wire.sent, "everything comes out");
        fuzz::require(wire.server.ended() == wire.closed, "the client's end is noticed");
    }
    return 0;
}

} // namespace tls_session_target

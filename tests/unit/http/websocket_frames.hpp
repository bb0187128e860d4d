// Frames of a WebSocket's client, and those of the server read back. By hand: the server's come from a library.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace unit::websocket {

enum Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };

struct Frame {
    std::uint8_t opcode = text;
    std::string payload;
    bool operator==(const Frame&) const = default;
};

inline std::string handshake(std::string_view target = "/a", std::string_view more = "") {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(more) + "\r\n";
}

/// The answer to that key in RFC 6455, 1.3.
inline const std::string accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// `first`: the byte with FIN, the reserved bits and the opcode.
inline std::string raw(std::uint8_t first, std::string_view payload, bool masked = true) {
    constexpr std::string_view mask = "\x37\xfa\x21\x3d";
    std::string out{static_cast<char>(first)};
    const auto bit = static_cast<char>(masked ? 0x80 : 0);
    if (payload.size() < 126) {
        out += static_cast<char>(bit | static_cast<char>(payload.size()));
    } else {
        const std::size_t bytes = payload.size() < 65536 ? 2 : 8;
        out += static_cast<char>(bit | static_cast<char>(bytes == 2 ? 126 : 127));
        for (std::size_t i = bytes; i-- > 0;)
            out += static_cast<char>(payload.size() >> (8 * i));
    }
    if (masked)
        out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(masked ? payload[i] ^ mask[i % 4] : payload[i]);
    return out;
}

inline std::string frame(Opcode opcode, std::string_view payload = "") {
    return raw(static_cast<std::uint8_t>(0x80 | opcode), payload);
}

/// Of a frame Close.
inline std::string code(unsigned number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

/// All frames of a server; each must be whole, final, and unmasked.
inline std::vector<Frame> frames(std::string_view bytes) {
    std::vector<Frame> all;
    while (!bytes.empty()) {
        const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes.at(i)); };
        std::size_t head = 2;
        std::size_t size = at(1);
        if (size > 125) {
            const std::size_t more = size == 126 ? 2 : 8;
            size = 0;
            for (; head < 2 + more; ++head)
                size = size << 8 | at(head);
        }
        if ((at(0) & 0xf0) != 0x80 || (at(1) & 0x80) != 0 || bytes.size() < head + size)
            throw std::runtime_error("no whole frame of a server");
        all.push_back({static_cast<std::uint8_t>(at(0) & 0x0f), std::string(bytes.substr(head, size))});
        bytes.remove_prefix(head + size);
    }
    return all;
}

} // namespace unit::websocket

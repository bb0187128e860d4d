// What a server allows its clients. Tests set shorter times.
#pragma once

#include <chrono>
#include <cstddef>

namespace http {

struct Limits {
    std::size_t connections = 1000;
    std::size_t connections_of_one_address = 100;    ///< loopback excepted; of IPv6 a network of 64 bits counts as one
    std::size_t connections_of_slowed_address = 10;  ///< after bad credentials; loopback excepted
    std::size_t refusals = 5;                        ///< of credentials: then the connection is closed
    std::chrono::milliseconds first_request{10'000}; ///< handshake included
    std::chrono::milliseconds whole_request{
        10'000}; ///< from its first byte; once or twice as long, then it is given up
    std::chrono::milliseconds without_request{60'000}; ///< a connection with no request to answer is closed then
    std::chrono::milliseconds silence{60'000};         ///< HTTP/2: then the client is asked by a PING, as lnd does
    std::chrono::milliseconds ping_answer{20'000};     ///< and disconnected
    std::chrono::milliseconds websocket_ping{30'000};  ///< between two pings, as lnd has it
    std::chrono::milliseconds websocket_pong{5'000};   ///< for its answer
    std::chrono::milliseconds last_bytes{1'000};       ///< for what is left to send to a connection that ends
    std::chrono::milliseconds stop{1'000};             ///< for all answers to end
};

} // namespace http

// How long a link waits. Tests have less patience.
#pragma once

#include <chrono>

namespace jetstream {

struct Pace {
    std::chrono::milliseconds first_pause = std::chrono::seconds(1); ///< before the next attempt to connect; it doubles
    std::chrono::milliseconds longest_pause = std::chrono::seconds(30);
    std::chrono::milliseconds attempt = std::chrono::seconds(15); ///< to connect; then it is broken off
    std::chrono::milliseconds answer = std::chrono::seconds(10);  ///< to an acknowledgement or any other answer
    std::chrono::milliseconds drain = std::chrono::seconds(1);    ///< to acknowledgements, at the end
};

} // namespace jetstream

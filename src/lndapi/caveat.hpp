// Conditions of a macaroon. Go programs add some before they send it (lncli: time-before). Those that LND knows are
// enforced, any other is refused, with LND's texts (lnd's macaroons/constraints.go, go-macaroon-bakery's checkers).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lndapi {

/// Why the condition does not hold, nothing if it does. `peer`: the client's IP address.
[[nodiscard]] std::optional<std::string>
why_caveat_fails(std::string_view caveat, std::chrono::system_clock::time_point now, std::string_view peer);

/// When a condition `time-before` stops to hold; nothing for others.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::microseconds>> caveat_end(std::string_view caveat);

} // namespace lndapi

// Macaroons of version 1, which LND refuses: only its texts for them (gopkg.in/macaroon.v2, marshal-v1.go,
// packet-v1.go).
#pragma once

#include <string>
#include <string_view>

namespace lndapi {

/// Version 1 begins with a size in lower-case hex.
[[nodiscard]] bool begins_as_macaroon_v1(std::string_view bytes);

/// LND's text for bytes that begin so: `unknown macaroon version: v1`, or what is malformed.
[[nodiscard]] std::string why_no_macaroon_v1(std::string_view bytes);

} // namespace lndapi

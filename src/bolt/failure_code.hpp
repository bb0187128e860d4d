// BOLT 4 failure codes: two bytes of flags and number. Names and meanings for LND are lnrpc's business.
#pragma once

#include <cstdint>

namespace bolt {

/// The failing node could not read the onion; a direct peer says so without encrypting its answer.
inline constexpr std::uint16_t bad_onion = 0x8000;

} // namespace bolt

// BOLT 4 failure codes: number, name, and a message of the form that a node would send (src/cln/README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace standin {

inline constexpr std::uint16_t badonion = 0x8000;
inline constexpr std::uint16_t perm = 0x4000;
inline constexpr std::uint16_t mpp_timeout = 0x0017;
inline constexpr std::uint16_t incorrect_details = 0x400f;

/// `temporary_channel_failure`; empty for an unknown code.
[[nodiscard]] std::string_view failcode_name(std::uint16_t code);
/// `WIRE_TEMPORARY_CHANNEL_FAILURE`, or lightningd's text for an unknown code.
[[nodiscard]] std::string wire_name(std::uint16_t code);
[[nodiscard]] std::optional<std::uint16_t> failcode_by_name(std::string_view name);
/// Hex, without an embedded channel_update, as recent nodes send it.
[[nodiscard]] std::string raw_failure(std::uint16_t code, std::uint64_t htlc_msat, std::uint32_t height);

} // namespace standin

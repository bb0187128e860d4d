// Reads base64 as Go's encoding/base64 does, which LND's REST gateway uses: with padding, line feeds ignored, and an
// error that names the byte, because that position is part of LND's error text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace wire {

enum class Base64Alphabet : std::uint8_t { standard, url };

/// The bytes, or the position that Go's CorruptInputError names: `illegal base64 data at input byte N`.
[[nodiscard]] tl::expected<std::string, std::size_t> from_base64(std::string_view text, Base64Alphabet alphabet);

} // namespace wire

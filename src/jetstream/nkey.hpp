// A user's nkey: an Ed25519 key as NATS writes it, in base32 with a prefix and a checksum. The file has the seed; the
// server knows the public key, and asks for a signature. From https://github.com/nats-io/nkeys (strkey.go).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace jetstream {

/// The first line that is a seed (`SU…`), as nk and nsc write it: alone, or below `-----BEGIN USER NKEY SEED-----`.
[[nodiscard]] std::optional<std::string> find_seed(std::string_view file);

/// `U…`, 56 characters. The error says what is wrong, and never quotes the seed.
[[nodiscard]] tl::expected<std::string, std::string> user_public_key(const std::string& seed);

} // namespace jetstream

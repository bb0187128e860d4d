// Finds the rune in what a client sends as its macaroon. Programs send it in four spellings: a macaroon that wraps the
// rune, in hex (written by us, copied by its path); the hex of a file that holds the rune (lndclient, RTL, the sample
// of LND's documentation); the hex of the rune's bytes (ln-service); the rune itself (curl).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace lndapi {

struct Credential {
    std::string rune;                 ///< as lightningd's checkrune takes it. Secret: never logged
    std::vector<std::string> caveats; ///< of the macaroon around it; to be enforced or refused
};

/// `value`: of the header or metadata key `macaroon`. An error has LND's text (macaroons/service.go, encoding/hex); it
/// never contains the value. What LND calls malformed but may be a rune is passed on, for lightningd to refuse:
/// base64url that is not hex, and binary data of 32 bytes or more.
[[nodiscard]] tl::expected<Credential, std::string> read_credential(std::string_view value);

/// True for text that lightningd may take as a rune: base64url of 32 bytes and printable restrictions (ccan/rune).
/// So junk needs no call to lightningd.
[[nodiscard]] bool looks_like_rune(std::string_view text);

/// When lightningd surely refuses the rune: the first of its restrictions `time<N` without other alternatives, which
/// hold until the second N begins (ccan/rune/rune.c, lightningd/runes.c). Nothing if it has none.
[[nodiscard]] std::optional<std::chrono::sys_seconds> rune_end(std::string_view rune);

/// True if a check of the rune uses up a part of its allowance (restrictions `rate` and `per`).
[[nodiscard]] bool is_rationed(std::string_view rune);

} // namespace lndapi

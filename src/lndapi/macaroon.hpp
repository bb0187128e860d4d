// A macaroon in its binary form, version 2 (gopkg.in/macaroon.v2), with an id as lnd's bakery makes it. Here it only
// wraps a rune, so that Go programs which parse macaroons take it: the rune is the whole power, the signature proves
// nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace lndapi {

struct Macaroon {
    std::string location;
    std::string id;
    std::vector<std::string> caveats; ///< first-party ones: their conditions
    std::string signature;            ///< 32 bytes
};

/// Ignores bytes after the signature, as LND does. The error has LND's text, also for a macaroon of version 1 and for a
/// third-party caveat, which LND cannot verify either.
[[nodiscard]] tl::expected<Macaroon, std::string> read_macaroon(std::string_view bytes);
[[nodiscard]] std::string write_macaroon(const Macaroon& macaroon);

/// One permission in an id, such as `offchain` with `read`.
struct MacaroonOp {
    std::string entity;
    std::vector<std::string> actions;
};

/// The id of lnd's macaroons: byte 3, then the bakery's MacaroonId (nonce, storage id, permissions). lnd has the number
/// of a root key as storage id; we have a rune there.
struct MacaroonId {
    std::string nonce;
    std::string storage_id;
    std::vector<MacaroonOp> ops;
};

[[nodiscard]] std::optional<MacaroonId> read_macaroon_id(std::string_view id);
[[nodiscard]] std::string write_macaroon_id(const MacaroonId& id);

} // namespace lndapi

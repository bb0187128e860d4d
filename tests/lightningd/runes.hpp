// Runes, lightningd's restricted permissions (lightningd/runes.c, ccan/rune): made, checked and blacklisted. Unlike in
// lightningd, the authcode is a plain chain of SHA-256: a client cannot restrict a rune by itself, only by createrune.
#pragma once

#include "json/text.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

/// Each text is one restriction: alternatives, with `|` between them.
using Restrictions = std::vector<std::string>;

struct RuneError {
    int code = 0;
    std::string message;
};

/// A call that a rune is to permit. Params by position are not looked into.
struct RunedCall {
    std::optional<std::string> method;
    json::Tree params;
    std::uint32_t now = 0; ///< Unix seconds
};

class Runes final {
  public:
    std::uint64_t next_id = 0;
    std::set<std::uint64_t> blacklist;

    /// A new rune, as text. Uses up an id.
    [[nodiscard]] std::string create(const Restrictions& restrictions);
    /// A rune further restricted; nothing if `rune` is none.
    [[nodiscard]] static std::optional<std::string> restrict(const std::string& rune, const Restrictions& more);
    /// True for `FIELD OPERATOR VALUE`, without blanks.
    [[nodiscard]] static bool is_alternative(std::string_view text);
    /// The id of a rune, if the text is one.
    [[nodiscard]] static std::optional<std::uint64_t> id_of(const std::string& rune);
    /// Why the rune does not permit the call, if it does not. `rune`: id_of() has read it.
    [[nodiscard]] std::optional<RuneError> check(const std::string& rune, const RunedCall& call) const;
};

} // namespace standin

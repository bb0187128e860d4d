// Ends an open stream when its rune ends. LND never looks again. Here lightningd is asked again every hour, because a
// rune can be blacklisted, and at the moment at which the rune or its macaroon says that it ends.
#pragma once

#include "lndapi/authority.hpp"
#include "lndapi/call.hpp"

namespace lndapi {

class PermissionWatch final {
  public:
    /// A stream outlives a rune that is blacklisted by `between_checks` at most.
    PermissionWatch(Authority& authority, std::chrono::milliseconds between_checks, Authority::Clock now)
        : authority_(authority), between_checks_(between_checks), now_(std::move(now)) {}

    /// From now on until the call ends. `claim`: lightningd has just permitted it. A rune with a rate is never asked
    /// for again: it ends at its own time only.
    void watch(const std::weak_ptr<Call*>& call, const Claim& claim);

  private:
    void check(const std::weak_ptr<Call*>& call, const Claim& claim, bool at_end);

    Authority& authority_;
    std::chrono::milliseconds between_checks_;
    Authority::Clock now_;
};

} // namespace lndapi

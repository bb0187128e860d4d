// Finds the hops of a `sendonion` in an earlier `createonion`: only createonion contains the hops, and only sendonion
// the part. They have no common key (the session key is the caller's), so caller, hash, first node, amount and payee
// must match. Of several matches, a payer's plugin sends the oldest first; another caller means the newest.
#pragma once

#include "cln/route.hpp"

#include <deque>
#include <string>

namespace mirror {

class OnionHops final {
  public:
    /// `caller`: the calling plugin, or the name that the client uses.
    void created(cln::Onion onion, std::string_view caller, base::UnixNs when);
    /// The hops of the matching onion, with the channel into the first node; nothing if none was seen.
    struct Use {
        base::PaymentHash hash;
        std::string_view caller;
        bool payer = false; ///< the caller is one of lightningd's own payers
        cln::FirstHop first;
        std::optional<base::Msat> amount; ///< that the payee gets by this part, if given
    };
    [[nodiscard]] std::optional<cln::Onion> take(const Use& use);
    /// Drops onions created before `before`: they will not be sent any more.
    void expire(base::UnixNs before);

  private:
    static constexpr std::size_t limit = 1000;
    struct Created {
        cln::Onion onion;
        std::string caller;
        base::UnixNs when;
        [[nodiscard]] bool fits(const Use& use) const;
    };
    std::deque<Created> created_; // oldest first
};

} // namespace mirror

// Finds the hops of a `sendonion` in the `createonion` before it: only createonion names the hops, only sendonion the
// part. No key links the two (the session key is the caller's): they fit when caller, hash, first node, amount and
// payee agree. Of several that fit a payer's plugin sends the oldest first; anyone else who makes an onion again means
// the newer.
#pragma once

#include "cln/route.hpp"

#include <deque>
#include <string>

namespace mirror {

class OnionHops final {
  public:
    /// `caller`: the plugin that calls, or the client's own name.
    void created(cln::Onion onion, std::string_view caller, base::UnixNs when);
    /// The hops of the onion that fits, with the channel into the first node; nothing when none was seen.
    struct Use {
        base::PaymentHash hash;
        std::string_view caller;
        bool payer = false; ///< the caller is one of lightningd's own payers
        cln::FirstHop first;
        std::optional<base::Msat> amount; ///< that the payee gets by this part, if it is said
    };
    [[nodiscard]] std::optional<cln::Onion> take(const Use& use);
    /// An onion that was not sent by then never will be.
    void expire(base::UnixNs before);

  private:
    static constexpr std::size_t limit = 1000;
    struct Created {
        cln::Onion onion;
        std::string caller;
        base::UnixNs when;
        [[nodiscard]] bool fits(const Use& use) const;
    };
    std::deque<Created> created_; // by age
};

} // namespace mirror

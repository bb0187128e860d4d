// Joins `createonion` with the `sendonion` that uses it: only the first tells the hops, only the second the part. No
// key links the two (the session key is the caller's), but the same plugin makes both in the same order: first made,
// first sent, per hash and first node.
#pragma once

#include "cln/route.hpp"

#include <deque>

namespace track {

class Onions final {
  public:
    void made(cln::Onion onion, base::UnixNs when);
    /// The hops of the oldest onion that fits, with the channel into the first node; nothing when none was seen.
    [[nodiscard]] std::optional<cln::Onion> sent(const base::PaymentHash& hash, const cln::FirstHop& first);
    /// An onion that was not sent by then never will be.
    void expire(base::UnixNs before);

  private:
    static constexpr std::size_t limit = 1000;
    struct Made {
        cln::Onion onion;
        base::UnixNs when;
    };
    std::deque<Made> made_; // by age
};

} // namespace track

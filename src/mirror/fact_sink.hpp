// The one way in for facts about payments, whatever their source: notifications, the hook, listings, timers.
#pragma once

#include "payments/event.hpp"

#include <vector>

namespace mirror {

/// Where a fact was read. What came through the hook was seen on stdin before its row was made; the socket has no such
/// order.
enum class Source { standard_input, socket };

class FactSink {
  public:
    virtual void take(payments::Event&& fact, Source source) = 0;
    /// Facts that belong together: what a subscriber sees of them changes at once.
    virtual void take(std::vector<payments::Event> facts, Source source) = 0;

  protected:
    ~FactSink() = default;
};

} // namespace mirror

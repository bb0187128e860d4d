// The interface through which all facts about payments enter, whatever their source: notifications, the hook, listings,
// timers.
#pragma once

#include "payments/event.hpp"

#include <vector>

namespace mirror {

/// Where a fact was read.
enum class Source {
    standard_input, ///< the hook shows a call there before its row is made
    socket,         ///< facts come in no such order
    created_rows    ///< a last page of the created index: all rows that were made since the page before
};

class FactSink {
  public:
    virtual void take(payments::Event&& fact, Source source) = 0;
    /// Facts that belong together: subscribers see their effects as one change.
    virtual void take(std::vector<payments::Event> facts, Source source) = 0;

  protected:
    ~FactSink() = default;
};

} // namespace mirror

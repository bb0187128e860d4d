// The command `wait` (lightningd/wait.c; src/cln/README.md, "wait"): answers on the increment that reaches the wanted
// value, with details; at once and without details when it was reached before.
#pragma once

#include "ledger.hpp"
#include "request.hpp"

#include <list>

namespace standin {

class Waits final {
  public:
    /// The form of a change's details; some versions have both.
    struct Form {
        bool as_details = false;
        bool by_subsystem = false;
    };

    explicit Waits(Form form) : form_(form) {}

    void wait(const RequestPtr& request, std::string_view subsystem, Index index, std::uint64_t next,
              std::uint64_t now);
    /// A counter of `sendpays` moved.
    void bump(Index index, std::uint64_t now, const Row& row);

  private:
    struct Waiter {
        RequestPtr request;
        std::uint64_t next;
    };
    Form form_;
    std::list<Waiter> waiters_[3];
    std::list<RequestPtr> never_; // other subsystems, whose counters never move
};

} // namespace standin

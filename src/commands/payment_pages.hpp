// Makes the pages of all callers one after the other, so that lightningd lists rows for one of them at a time, and
// keeps the census of rows that they share with the answers to `since`.
#pragma once

#include "commands/payment_page.hpp"
#include "io/timer.hpp"

#include <deque>

namespace commands {

class PaymentPages final {
  public:
    PaymentPages(io::Loop& loop, const Sources& sources, const publish::Progress& progress)
        : sources_(sources), progress_(progress), next_turn_(loop) {}

    /// Calls `done` once, in a later turn. This must outlive the pages that are being made.
    void make(const PageRequest& request, Resume::Done done);

  private:
    struct Waiting {
        PageRequest request;
        Resume::Done done;
    };
    void next();

    Sources sources_;
    const publish::Progress& progress_;
    std::deque<Waiting> waiting_;
    bool busy_ = false;
    io::Timer next_turn_;
};

} // namespace commands

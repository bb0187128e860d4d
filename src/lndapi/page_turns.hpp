// Asks the tracker for the pages of all ListPayments calls, one page at a time: however many clients list payments,
// lightningd works for one of them. Calls take turns, page by page.
#pragma once

#include "consumer/reader.hpp"

#include <deque>
#include <functional>

namespace lndapi {

class PageTurns final {
  public:
    using Answer = consumer::Reader::ListCallback;

    explicit PageTurns(consumer::Reader& reader) : reader_(reader) {}
    PageTurns(const PageTurns&) = delete;
    PageTurns& operator=(const PageTurns&) = delete;
    ~PageTurns() = default;

    /// Calls `answer` once, in a later turn of the loop; not if `wanted` is false when the turn comes: then the client
    /// has gone.
    void ask(const consumer::PageQuery& query, std::function<bool()> wanted, Answer answer);

  private:
    struct Waiting {
        consumer::PageQuery query;
        std::function<bool()> wanted;
        Answer answer;
    };
    void next();

    consumer::Reader& reader_;
    std::deque<Waiting> waiting_;
    bool busy_ = false;
};

} // namespace lndapi

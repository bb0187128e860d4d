#include "commands/payment_pages.hpp"

#include <utility>

namespace commands {

void PaymentPages::make(const PageRequest& request, Resume::Done done) {
    waiting_.push_back({request, std::move(done)});
    if (!busy_ && !next_turn_.armed())
        next_turn_.start(std::chrono::milliseconds(0), [this] { next(); });
}

void PaymentPages::next() {
    auto [request, done] = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    PaymentPage::run(sources_, request, progress_.read().created, [this, done = std::move(done)](auto answer) {
        busy_ = false;
        if (!waiting_.empty())
            next_turn_.start(std::chrono::milliseconds(0), [this] { next(); });
        done(std::move(answer));
    });
}

} // namespace commands

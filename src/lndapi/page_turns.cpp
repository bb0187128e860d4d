#include "lndapi/page_turns.hpp"

namespace lndapi {

void PageTurns::ask(const consumer::PageQuery& query, std::function<bool()> wanted, Answer answer) {
    waiting_.push_back({query, std::move(wanted), std::move(answer)});
    next();
}

void PageTurns::next() {
    while (!busy_ && !waiting_.empty()) {
        auto one = std::move(waiting_.front());
        waiting_.pop_front();
        if (!one.wanted())
            continue;
        busy_ = true;
        reader_.list(one.query, [this, answer = std::move(one.answer)](const auto& page) {
            busy_ = false;
            answer(page); // which may ask for the next one, behind the others
            next();
        });
    }
}

} // namespace lndapi

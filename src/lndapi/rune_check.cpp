#include "lndapi/rune_check.hpp"

#include "json/text.hpp"

#include <algorithm>
#include <utility>

namespace lndapi {

namespace {

// lightningd/runes.c
constexpr int not_authorized = 1501;
constexpr int not_permitted = 1502;
constexpr int blacklisted = 1503;

constexpr const char* mismatch = "verification failed: signature mismatch after caveat verification";

Failure unavailable(std::string message) {
    return {{GrpcCode::unavailable, std::move(message)}};
}

/// The texts are LND's: of a macaroon made with another root key, and of one that lacks a permission.
Failure denied(const rpc::Error& error) {
    switch (error.code) {
    case not_permitted:
        return {{GrpcCode::unknown, std::string(permission_denied)}, error.message};
    case not_authorized:
    case blacklisted:
        return {{GrpcCode::unknown, mismatch}, error.message};
    case rpc::invalid_params: // no rune of lightningd's; its message quotes the rune
        return {{GrpcCode::unknown, mismatch}};
    case rpc::method_not_found:
        return unavailable("this lightningd has no runes: it needs v23.11 or later");
    default:
        return unavailable("lightningd could not check the rune");
    }
}

/// The rune permits nothing, whatever the method. Conditions such as a time or a rate are code 1502.
bool is_invalid(const rpc::Error& error) {
    return error.code == not_authorized || error.code == blacklisted || error.code == rpc::invalid_params;
}

bool is_valid(std::string_view result) {
    const auto answer = json::parse(result);
    return answer && answer->is_object() && answer->value("valid", json::Tree()) == true;
}

} // namespace

RuneCheck::RuneCheck(io::Loop& loop, rpc::Client& client, Times times)
    : client_(client),
      times_(times),
      good_(most_remembered, times.trust),
      invalid_(most_remembered, times.refusal),
      pace_(loop) {}

void RuneCheck::check(const std::string& rune, std::string_view method, std::string_view params, Asker asker,
                      Answer answer) {
    auto text = R"({"rune":)" + json::quote(rune) + R"(,"method":)" + json::quote(method) + R"(,"params":)";
    text.append(params).push_back('}');
    Question question{rune, std::move(text), std::move(asker), std::move(answer)};
    const bool slow = is_slow(question);
    if (slow && invalid_.has(rune, RuneMemory::Time::clock::now()))
        return question.answer(Failure{{GrpcCode::unknown, mismatch}});
    wait(std::move(question), slow);
    ask_next();
}

void RuneCheck::trust(const std::string& rune) {
    good_.add(rune, RuneMemory::Time::clock::now());
    invalid_.remove(rune);
}

bool RuneCheck::is_slow(const Question& question) const {
    return question.asker.slowed && question.asker.slowed() &&
           !good_.has(question.rune, RuneMemory::Time::clock::now());
}

std::list<RuneCheck::Queue>::iterator RuneCheck::queue_of(const std::string& client, bool slow) {
    const auto found = std::find_if(queues_.begin(), queues_.end(),
                                    [&](const Queue& queue) { return queue.client == client && queue.slow == slow; });
    return found != queues_.end() ? found : queues_.insert(queues_.end(), Queue{client, slow, {}});
}

void RuneCheck::wait(Question question, bool slow) {
    const auto client = question.asker.client;
    queue_of(client, slow)->waiting.push_back(std::move(question));
    if (++waiting_ > most_waiting)
        make_room();
}

/// Drops questions of clients that have gone; if there is none, refuses the last question of the longest queue.
void RuneCheck::make_room() {
    waiting_ = 0;
    for (auto& queue : queues_) {
        std::erase_if(queue.waiting, [](const Question& each) { return each.asker.wanted && !each.asker.wanted(); });
        waiting_ += queue.waiting.size();
    }
    std::optional<Question> refused;
    if (waiting_ > most_waiting) {
        const auto longest =
            std::max_element(queues_.begin(), queues_.end(), [](const Queue& left, const Queue& right) {
                return left.waiting.size() < right.waiting.size();
            });
        refused = std::move(longest->waiting.back());
        longest->waiting.pop_back();
        --waiting_;
    }
    queues_.remove_if([](const Queue& queue) { return queue.waiting.empty(); });
    if (refused)
        refused->answer(unavailable("too many calls at once; try again later"));
}

void RuneCheck::ask_next() {
    if (std::exchange(asking_, true))
        return; // the loop below goes on
    while (open_ < most_at_once && take_turn()) {
    }
    asking_ = false;
}

/// Asks or drops one question; false if there is none to ask now.
bool RuneCheck::take_turn() {
    const auto queue =
        std::find_if(queues_.begin(), queues_.end(), [&](const Queue& each) { return !each.slow || !pace_.armed(); });
    if (queue == queues_.end())
        return false;
    const bool slow = queue->slow;
    auto question = std::move(queue->waiting.front());
    queue->waiting.pop_front();
    --waiting_;
    if (queue->waiting.empty())
        queues_.erase(queue);
    else
        queues_.splice(queues_.end(), queues_, queue);
    if (question.asker.wanted && !question.asker.wanted())
        return true;
    if (!slow && is_slow(question)) { // its client was found out meanwhile
        wait(std::move(question), true);
        return true;
    }
    if (slow)
        pace_.start(times_.pace, [this] { ask_next(); });
    ask(std::move(question));
    return true;
}

void RuneCheck::ask(Question question) {
    ++open_;
    const auto shared = std::make_shared<Question>(std::move(question));
    client_.call(
        "checkrune", shared->params,
        [this, shared](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            if (!result)
                return answered(*shared, denied(result.error().error), is_invalid(result.error().error));
            answered(*shared,
                     is_valid(*result) ? std::nullopt
                                       : std::optional(unavailable("lightningd could not check the rune")),
                     false);
        },
        [this, shared] { answered(*shared, unavailable("lightningd does not answer"), false); });
}

void RuneCheck::answered(const Question& question, const std::optional<Failure>& failure, bool invalid) {
    --open_;
    if (!failure)
        trust(question.rune);
    if (invalid) {
        good_.remove(question.rune);
        invalid_.add(question.rune, RuneMemory::Time::clock::now());
    }
    question.answer(failure);
    ask_next();
}

} // namespace lndapi

#include "lndapi/rune_check.hpp"

#include "json/text.hpp"

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
        return {{GrpcCode::unknown, "permission denied"}, error.message};
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

bool is_valid(std::string_view result) {
    const auto answer = json::parse(result);
    return answer && answer->is_object() && answer->value("valid", json::Tree()) == true;
}

} // namespace

void RuneCheck::check(const std::string& rune, std::string_view method, std::string_view params, Answer answer) {
    auto text = R"({"rune":)" + json::quote(rune) + R"(,"method":)" + json::quote(method) + R"(,"params":)";
    text.append(params).push_back('}');
    Question question{std::move(text), std::move(answer)};
    if (open_ < most_at_once)
        return ask(std::move(question));
    if (waiting_.size() >= most_waiting)
        return question.answer(unavailable("too many calls at once; try again later"));
    waiting_.push_back(std::move(question));
}

void RuneCheck::ask(Question question) {
    ++open_;
    client_.call(
        "checkrune", question.params,
        [this, answer = question.answer](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            if (!result)
                return answered(answer, denied(result.error().error));
            answered(answer, is_valid(*result) ? std::nullopt
                                               : std::optional(unavailable("lightningd could not check the rune")));
        },
        [this, answer = question.answer] { answered(answer, unavailable("lightningd does not answer")); });
}

void RuneCheck::answered(const Answer& answer, const std::optional<Failure>& failure) {
    --open_;
    if (!waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        ask(std::move(next));
    }
    answer(failure);
}

} // namespace lndapi

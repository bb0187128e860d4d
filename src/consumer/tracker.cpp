#include "consumer/tracker.hpp"

#include "consumer/decode.hpp"
#include "json/text.hpp"

namespace consumer {

namespace {

constexpr int no_such_payment = 208; // lightning-trackpayments(7), "ERRORS"

Refusal refusal_of(const rpc::Error& error) {
    if (error.code == no_such_payment)
        return {Refusal::Kind::unknown_hash, error.message};
    if (error.code == rpc::invalid_params)
        return {Refusal::Kind::refused, error.message};
    return {Refusal::Kind::unavailable, error.message};
}

} // namespace

void Tracker::ask_since(std::string_view cursor, const Callback& answer) {
    ask(R"({"since":)" + json::quote(cursor) + "}", answer);
}

void Tracker::ask_hash(const base::PaymentHash& hash, const Callback& answer) {
    ask(R"({"payment_hash":")" + hash.hex() + R"("})", answer);
}

void Tracker::ask_page(const PageQuery& query, const Callback& answer) {
    std::string params = R"({"index_offset":)" + std::to_string(query.index_offset);
    const auto number = [&](std::string_view name, std::uint64_t value) {
        if (value > 0)
            params.append(",\"").append(name).append("\":").append(std::to_string(value));
    };
    const auto flag = [&](std::string_view name, bool set) {
        if (set)
            params.append(",\"").append(name).append("\":true");
    };
    number("max_payments", query.max_payments);
    flag("reversed", query.reversed);
    flag("include_incomplete", query.include_incomplete);
    number("creation_date_start", query.creation_date_start);
    number("creation_date_end", query.creation_date_end);
    flag("omit_hops", query.omit_hops);
    flag("count_total_payments", query.count_total_payments);
    ask(params + "}", answer);
}

void Tracker::ask(std::string_view params, const Callback& answer) {
    const std::weak_ptr<const bool> alive = alive_;
    client_.call(
        "trackpayments", params,
        [this, alive, answer](const auto& reply) {
            if (!alive.expired())
                answer(read(reply));
        },
        [alive, answer] {
            if (!alive.expired())
                answer(tl::unexpected(Refusal{Refusal::Kind::unavailable, "lightningd's RPC socket was lost"}));
        });
}

tl::expected<Answer, Refusal> Tracker::read(const tl::expected<std::string_view, rpc::Client::Failure>& reply) {
    if (!reply)
        return tl::unexpected(refusal_of(reply.error().error));
    auto answer = decode_answer(*reply);
    if (answer)
        return *std::move(answer);
    log_(base::LogLevel::unusual, "ignoring an answer of trackpayments: " + answer.error());
    return tl::unexpected(Refusal{Refusal::Kind::unavailable, "the answer of trackpayments cannot be read"});
}

} // namespace consumer

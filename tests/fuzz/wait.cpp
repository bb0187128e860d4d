// The reply of `wait sendpays`, for each of the three counters.
#include "cln/replies.hpp"
#include "facts_in_json.hpp"

namespace wait_target {

namespace {

bool same_reply(const cln::WaitReply& a, const cln::WaitReply& b) {
    const auto whose = [](const cln::WaitReply& reply) {
        const auto all = reply.details.value_or(cln::WaitReply::Details{});
        return std::make_tuple(reply.counter, reply.details.has_value(), all.hash, all.group, all.partid);
    };
    return whose(a) == whose(b);
}

} // namespace

FUZZ_TARGET(wait) {
    const auto result = fuzz::json_of(data, size);
    if (!result)
        return 0;
    for (const auto index : {cln::Index::created, cln::Index::updated, cln::Index::deleted}) {
        const auto reply = cln::decode_wait(fuzz::Nodes(*result), index);
        fuzz::check_forms(
            fuzz::text_of(data, size), *result, [&](json::Value value) { return cln::decode_wait(value, index); },
            same_reply);
        if (!reply) {
            fuzz::check_refusal(reply.error());
            continue;
        }
        fuzz::require(fuzz::is_number(fuzz::at(*result, cln::name(index)), reply->counter),
                      "the counter is read exactly");
        const auto* newer = fuzz::at(*result, "sendpays");
        const auto* details = newer ? newer : fuzz::at(*result, "details");
        fuzz::require(reply->details.has_value() == (details != nullptr), "details are given when they are there");
        if (!reply->details)
            continue;
        fuzz::require(fuzz::is_hex(fuzz::at(*details, "payment_hash"), reply->details->hash.hex()) &&
                          fuzz::is_number(fuzz::at(*details, "groupid"), reply->details->group.value) &&
                          fuzz::is_number(fuzz::at(*details, "partid"), reply->details->partid.value),
                      "the details name the row");
    }
    return 0;
}

} // namespace wait_target

// The writer against man/schema/payment.schema.json: both must have the same members.
#include "lnrpc/json.hpp"
#include "payment_shape.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::ordered_json;

/// A payment with every optional part.
lnrpc::Payment full_payment() {
    lnrpc::ChannelUpdate update;
    update.signature.assign(64, 1);
    update.chain_hash.assign(32, 2);
    lnrpc::Hop hop;
    hop.pub_key.bytes[0] = 2;
    hop.mpp_record = lnrpc::MppRecord{};
    hop.custom_records = {{5482373484, {1}}};
    lnrpc::HtlcAttempt attempt;
    attempt.attempt_id = 1;
    attempt.status = lnrpc::HtlcStatus::failed;
    attempt.route.hops = {hop};
    attempt.failure = lnrpc::Failure{};
    attempt.failure->code = "TEMPORARY_CHANNEL_FAILURE";
    attempt.failure->channel_update = update;
    lnrpc::Payment payment;
    payment.htlcs = {attempt};
    return payment;
}

/// Calls `with` for each object of the value, the outermost too, while the value is changed in place.
template <class With>
void each_object(Json& whole, Json& value, const With& with) {
    if (value.is_object())
        with(value);
    for (auto& member : value)
        if (member.is_structured())
            each_object(whole, member, with);
}

bool has_fixed_members(const Json& object) {
    return !object.empty() && !object.begin().key().starts_with("548");
}

} // namespace

TEST_CASE("a written payment has the members of the schema, in its order") {
    CHECK(unit::misshapen(lnrpc::to_json(full_payment())) == "");
    CHECK(unit::misshapen(lnrpc::to_json({})) == "");
}

TEST_CASE("a member that only the writer or only the schema has is noticed at every level") {
    auto payment = Json::parse(lnrpc::to_json(full_payment()));
    std::size_t tried = 0;
    each_object(payment, payment, [&](Json& object) {
        if (!has_fixed_members(object))
            return;
        const auto kept = object;
        for (const auto& [name, value] : kept.items()) {
            const std::string& left_out = name; // clang 14 captures no binding
            object.erase(left_out);
            CHECK_MESSAGE(unit::misshapen(payment.dump()).ends_with("." + left_out), left_out);
            object = kept;
            ++tried;
        }
        object["one_more"] = "0";
        CHECK(unit::misshapen(payment.dump()) != "");
        object = kept;
    });
    CHECK(tried == 16 + 7 + 8 + 16 + 2 + 8 + 12); // payment, attempt, route, hop, MPP record, failure, channel_update
    CHECK(unit::misshapen(payment.dump()) == "");
}

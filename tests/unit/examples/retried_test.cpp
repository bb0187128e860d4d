// The full amount fails at the first hop, then two parts settle.
#include "messages.hpp"
#include "stream.hpp"

namespace retried_test {

using examples::difference;
using examples::Json;

namespace {

const std::string hash = "9f72ea0cf49536e3c66c787f705186df9a4378083753ae9536d65b3ad7fcddc4";
const std::string invoice = "lnbc3m1example";
const std::string preimage(64, '2');
const std::string common = R"("groupid":1,"amount_msat":300000000,"bolt11":"lnbc3m1example","payment_secret":)"
                           R"("4343434343434343434343434343434343434343434343434343434343434343")";

const messages::Row whole{hash, invoice, 2, 0, 300'000'000, 300'004'000, 1'785'000'100};
const messages::Row half_by_alice{hash, invoice, 3, 1, 150'000'000, 150'002'500, 1'785'000'100};
const messages::Row half_by_carol{hash, invoice, 4, 2, 150'000'000, 150'015'000, 1'785'000'100};

std::string success(const messages::Row& row, std::uint64_t updated_index) {
    return messages::sendpay_success(
        messages::members(row, "complete", messages::complete(updated_index, 1'785'000'101, preimage)));
}

/// All seven messages but the first, which has no attempts: lightningd has no row then.
std::vector<Json> expected() {
    const auto last = examples::last_of("retried_then_two_parts");
    std::vector<Json> messages(6, last);
    for (std::size_t i = 0; i < 4; ++i)
        examples::nothing_settled(messages[i]);
    const auto state = [&](std::size_t i, std::size_t attempts, std::initializer_list<std::size_t> in_flight) {
        examples::made_so_far(messages[i], attempts);
        for (const auto attempt : in_flight)
            examples::in_flight(messages[i]["htlcs"][attempt]);
    };
    state(0, 1, {0});    // [I]
    state(1, 1, {});     // [F]
    state(2, 2, {1});    // [F,I]
    state(3, 3, {1, 2}); // [F,I,I]
    state(4, 3, {2});    // [F,S,I]
    messages[4]["status"] = "IN_FLIGHT";
    messages[4]["fee_msat"] = "2500";
    messages[4]["fee_sat"] = "2";
    messages[4]["fee"] = "2";
    return messages;
}

} // namespace

TEST_CASE("example 2: the full amount fails on the way, then two parts settle: SUCCEEDED") {
    examples::Stream stream(messages::blocks);
    const auto update = examples::last_of("retried_then_two_parts")["htlcs"][0]["failure"]["channel_update"];

    stream.called(messages::sendpay(hash,
                                    {{messages::alice, messages::to_alice, 300'004'000, 60},
                                     {messages::bob, messages::alice_to_bob, 300'000'000, 20}},
                                    common),
                  1'785'000'100'015'000'000);
    stream.listed(messages::pending(whole));
    stream.sendpay_failure(
        messages::sendpay_failure(204, "failed: WIRE_TEMPORARY_CHANNEL_FAILURE (reply from remote)", whole,
                                  R"(,"erring_index":1,"failcode":4103,"failcodename":)"
                                  R"("WIRE_TEMPORARY_CHANNEL_FAILURE","erring_node":")" +
                                      messages::alice + R"(","erring_channel":")" + messages::alice_to_bob +
                                      R"(","erring_direction":0,"raw_message":")" +
                                      messages::temporary_channel_failure(update) + "\""),
        1'785'000'100'800'000'000);
    // The row, read again, adds nothing to the notification.
    stream.listed(
        messages::listing(messages::members(whole, "failed", R"(,"updated_index":2,"completed_at":1785000100)")));

    stream.called(messages::sendpay(hash,
                                    {{messages::alice, messages::to_alice, 150'002'500, 60},
                                     {messages::bob, messages::alice_to_bob, 150'000'000, 20}},
                                    R"("partid":1,)" + common),
                  1'785'000'100'810'000'000);
    stream.listed(messages::pending(half_by_alice));
    stream.called(messages::sendpay(hash,
                                    {{messages::carol, messages::to_carol, 150'015'000, 100},
                                     {messages::bob, messages::carol_to_bob, 150'000'000, 20}},
                                    R"("partid":2,)" + common),
                  1'785'000'100'830'000'000);
    stream.listed(messages::pending(half_by_carol));
    stream.sendpay_success(success(half_by_alice, 3), 1'785'000'101'900'000'000);
    stream.sendpay_success(success(half_by_carol, 4), 1'785'000'101'950'000'000);

    const auto messages = expected();
    REQUIRE(stream.snapshots.size() == messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        INFO("message ", i + 2, " of 7");
        CHECK(difference(messages[i], stream.snapshots[i]) == "");
    }
}

} // namespace retried_test

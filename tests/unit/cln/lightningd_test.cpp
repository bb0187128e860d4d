#include "cln/lightningd.hpp"

#include "caller.hpp"
#include "received.hpp"

namespace lightningd_test {

using cln::Index;
using unit::until;

namespace {

template <class T>
struct Received {
    int times = 0;
    std::optional<T> value;
    rpc::Error failure;

    cln::Lightningd::Answer<T> answer() {
        return [this](const tl::expected<T, rpc::Error>& reply) {
            ++times;
            if (reply)
                value = *reply;
            else
                failure = reply.error();
        };
    }
};

struct Typed : Caller {
    cln::Lightningd lightningd{client, [this](base::LogLevel, const std::string& line) { log.push_back(line); }};

    template <class T>
    bool answered(Received<T>& reply, const std::string& result) {
        node.answer(node.calls.back(), result);
        return until(loop, [&] { return reply.times == 1; });
    }
    /// The newest call's params, parsed.
    json::Tree params() { return received::json(node.calls.back().params); }
};

} // namespace

TEST_CASE("every call to lightningd has the method and params that lightningd expects") {
    Typed typed;
    REQUIRE(typed.connect());
    const auto hash = *base::PaymentHash::from_hex(std::string(64, 'A'));
    const auto ignore = [](const auto&) {};
    typed.lightningd.getinfo(ignore);
    typed.lightningd.wait(Index::updated, 18, ignore);
    typed.lightningd.list(hash, ignore);
    typed.lightningd.list_page(Index::created, 5, 100, ignore);
    typed.lightningd.list_pending_page(6, 50, ignore);
    typed.lightningd.list_all_pending(ignore);
    typed.lightningd.delpay(R"(["00", "failed"])", ignore, nullptr);
    REQUIRE(typed.calls(7));
    const std::vector<std::pair<std::string, std::string>> expected{
        {"getinfo", "{}"},
        {"wait", R"({"subsystem":"sendpays","indexname":"updated","nextvalue":18})"},
        {"listsendpays", R"({"payment_hash":")" + std::string(64, 'a') + "\"}"},
        {"listsendpays", R"({"index":"created","start":5,"limit":100})"},
        {"listsendpays", R"({"status":"pending","index":"created","start":6,"limit":50})"},
        {"listsendpays", R"({"status":"pending"})"},
        {"delpay", R"(["00", "failed"])"},
    };
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(typed.node.calls[i].method == expected[i].first);
        CHECK(received::json(typed.node.calls[i].params) == received::json(expected[i].second));
    }
}

TEST_CASE("answers are passed on decoded") {
    Typed typed;
    REQUIRE(typed.connect());
    Received<cln::NodeInfo> info;
    typed.lightningd.getinfo(info.answer());
    REQUIRE(typed.calls(1));
    CHECK(typed.answered(info, R"({"id":")" + std::string(66, '2') + "\"}"));
    CHECK(info.value->id.hex() == std::string(66, '2'));
    Received<cln::WaitReply> wait;
    typed.lightningd.wait(Index::deleted, 0, wait.answer());
    REQUIRE(typed.calls(2));
    CHECK(typed.answered(wait, R"({"subsystem":"sendpays","deleted":9})"));
    CHECK(wait.value->counter == 9);
    CHECK(typed.log.empty());
}

TEST_CASE("an unreadable row is logged and still counts for the length of its page") {
    Typed typed;
    REQUIRE(typed.connect());
    Received<cln::Lightningd::Listing> listing;
    typed.lightningd.list_page(Index::created, 1, 2, listing.answer());
    REQUIRE(typed.calls(1));
    const json::Tree result{
        {"payments", {received::row(), received::with(received::row(), "payment_preimage", "\"5ec3e7\"")}}};
    CHECK(typed.answered(listing, json::dump(result)));
    CHECK(listing.value->rows.size() == 1);
    CHECK(listing.value->size == 2);
    REQUIRE(typed.log.size() == 1);
    CHECK(typed.log[0] == "row of listsendpays skipped: result.payments[1].payment_preimage: not a 32 byte hex value");
}

TEST_CASE("an unreadable answer is an error, logged without its content") {
    Typed typed;
    REQUIRE(typed.connect());
    for (const std::string result :
         {"5", "{}", R"({"payments":5})", R"({"payments":[1e400]})", R"({"payments":["5ec3e7"})"}) {
        Received<cln::Lightningd::Listing> listing;
        typed.log.clear();
        const auto before = typed.node.calls.size();
        typed.lightningd.list_all_pending(listing.answer());
        REQUIRE(typed.calls(before + 1));
        if (result.find("5ec3e7") != std::string::npos)
            continue; // unbalanced brackets would not be framed
        CHECK(typed.answered(listing, result));
        CHECK_FALSE(listing.value.has_value());
        CHECK(listing.failure.code == -1);
        CHECK(typed.log.size() == 1);
    }
}

TEST_CASE("lightningd's errors and a lost connection are distinguished") {
    Typed typed;
    REQUIRE(typed.connect());
    Received<cln::Lightningd::Listing> refused;
    typed.lightningd.list_all_pending(refused.answer());
    REQUIRE(typed.calls(1));
    typed.node.send(rpc::error(typed.node.calls[0].id, {-32602, "start: should be"}));
    CHECK(until(typed.loop, [&] { return refused.times == 1; }));
    CHECK(refused.failure.code == -32602);
    CHECK(refused.failure.message == "start: should be");
    Received<cln::Lightningd::Listing> lost;
    int losses = 0;
    typed.lightningd.list({}, lost.answer(), [&] { ++losses; });
    typed.node.hang_up();
    CHECK(until(typed.loop, [&] { return losses == 1; }));
    CHECK(lost.times == 0);
}

TEST_CASE("delpay's answer is passed on byte for byte") {
    Typed typed;
    REQUIRE(typed.connect());
    Answer answer;
    typed.lightningd.delpay("[]", answer.callback(), answer.lost());
    REQUIRE(typed.calls(1));
    typed.node.answer(typed.node.calls[0], R"({ "payments" : [ ] })");
    CHECK(until(typed.loop, [&] { return answer.times == 1; }));
    CHECK(answer.result == R"({ "payments" : [ ] })");
}

} // namespace lightningd_test

#include "caller.hpp"

#include <doctest/doctest.h>

namespace client_test {

using unit::until;

TEST_CASE("a call has its method, its params and an id of our form") {
    Caller caller;
    REQUIRE(caller.connect());
    CHECK(caller.ups == 1);
    Answer answer;
    caller.client.call("listsendpays", R"({"payment_hash":"00"})", answer.callback());
    CHECK(caller.client.in_flight() == 1);
    REQUIRE(caller.calls(1));
    CHECK(caller.node.calls[0].method == "listsendpays");
    CHECK(caller.node.calls[0].params == R"({"payment_hash":"00"})");
    CHECK(caller.node.calls[0].id == R"("trackpayments:listsendpays#1-tag")");
    caller.node.answer(caller.node.calls[0], R"({ "payments" : [ ] })");
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK(answer.result == R"({ "payments" : [ ] })"); // byte for byte
    CHECK(caller.client.in_flight() == 0);
    CHECK(caller.log.empty());
}

TEST_CASE("many calls in flight are answered in any order") {
    Caller caller;
    REQUIRE(caller.connect());
    constexpr std::size_t many = 200;
    std::vector<Answer> answers(many);
    for (std::size_t i = 0; i < many; ++i)
        caller.client.call("m", "[" + std::to_string(i) + "]", answers[i].callback());
    REQUIRE(caller.calls(many));
    CHECK(caller.client.in_flight() == many);
    for (std::size_t i = 0; i < many; ++i) { // a stride that visits all of them out of order
        const auto& call = caller.node.calls[(i * 77 + 13) % many];
        caller.node.answer(call, call.params);
    }
    CHECK(until(caller.loop, [&] { return caller.client.in_flight() == 0; }));
    for (std::size_t i = 0; i < many; ++i) {
        CHECK(answers[i].times == 1);
        CHECK(answers[i].result == "[" + std::to_string(i) + "]");
    }
}

TEST_CASE("a reply that comes byte by byte is one reply") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answer;
    caller.client.call("m", "[]", answer.callback());
    REQUIRE(caller.calls(1));
    for (const char byte : rpc::result(caller.node.calls[0].id, R"({"a":"}"})")) {
        caller.node.send(std::string(1, byte));
        unit::settle(caller.loop);
    }
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK(answer.result == R"({"a":"}"})");
}

TEST_CASE("calls and replies of many megabytes are passed on") {
    Caller caller;
    REQUIRE(caller.connect());
    const std::string big = "\"" + std::string(5'000'000, 'x') + "\"";
    Answer answer;
    caller.client.call("m", "[" + big + "]", answer.callback());
    REQUIRE(caller.calls(1));
    CHECK(caller.node.calls[0].params.size() == big.size() + 2);
    caller.node.answer(caller.node.calls[0], big);
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK((answer.result == big));
}

TEST_CASE("a callback may make the next call") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer second;
    bool first = false;
    caller.client.call("a", "[]", [&](const auto&) {
        first = true;
        caller.client.call("b", "[]", second.callback());
    });
    REQUIRE(caller.calls(1));
    caller.node.answer(caller.node.calls[0], "1");
    REQUIRE(caller.calls(2));
    CHECK(first);
    caller.node.answer(caller.node.calls[1], "2");
    CHECK(until(caller.loop, [&] { return second.times == 1; }));
    CHECK(second.result == "2");
}

TEST_CASE("null is a result like any other") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answer;
    caller.client.call("m", "[]", answer.callback());
    REQUIRE(caller.calls(1));
    caller.node.answer(caller.node.calls[0], "null");
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK(answer.result == "null");
}

TEST_CASE("a reply to no call of ours is ignored, and logged without its content") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answer;
    caller.client.call("m", "[]", answer.callback());
    REQUIRE(caller.calls(1));
    const auto id = caller.node.calls[0].id;
    caller.node.send(rpc::result(R"("somebody:else#1")", R"("secret")") + rpc::result("1", R"("secret")") +
                     rpc::result("trackpayments:m#1", R"("secret")") + rpc::notification("secret", "{}"));
    caller.node.send(rpc::result(id, "1") + rpc::result(id, "2"));
    CHECK(until(caller.loop, [&] { return caller.log.size() == 5; }));
    CHECK(answer.times == 1);
    CHECK(answer.result == "1");
    CHECK(caller.client.up());
    for (const auto& line : caller.log)
        CHECK(line.find("secret") == std::string::npos);
}

TEST_CASE("bytes that are no message end the connection after the other replies of the same read") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answered;
    Answer lost;
    caller.client.call("m", "[]", answered.callback());
    caller.client.call("m", "[]", lost.callback(), lost.lost());
    REQUIRE(caller.calls(2));
    caller.node.send("secret ]] {\"secret\":} " + rpc::result(caller.node.calls[0].id, "true"));
    CHECK(until(caller.loop, [&] { return caller.ups == 2 && lost.losses == 1; }));
    CHECK(answered.times == 1);
    CHECK(answered.result == "true");
    CHECK(caller.log.size() == 1);
    for (const auto& line : caller.log)
        CHECK(line.find("secret") == std::string::npos);
    Answer again;
    caller.client.call("m", "[]", again.callback());
    REQUIRE(caller.calls(3));
    caller.node.answer(caller.node.calls[2], "1");
    CHECK(until(caller.loop, [&] { return again.times == 1; }));
    CHECK(again.result == "1");
}

TEST_CASE("an error is given with its code, its message and its raw JSON") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answer;
    caller.client.call("delpay", "[]", answer.callback());
    REQUIRE(caller.calls(1));
    const std::string raw = R"({ "code": 208, "message": "Unknown payment \"x\"", "data": {"a": [1]} })";
    caller.node.send(R"({"jsonrpc":"2.0","id":)" + caller.node.calls[0].id + R"(,"error":)" + raw + "}\n\n");
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK(answer.failure.error.code == 208);
    CHECK(answer.failure.error.message == "Unknown payment \"x\"");
    CHECK(answer.failure.raw == raw);
}

TEST_CASE("a malformed error is still an error") {
    Caller caller;
    REQUIRE(caller.connect());
    const std::vector<std::string> errors{
        "{}",
        "[]",
        "null",
        "\"text\"",
        "5",
        R"({"code":"208","message":"m"})",
        R"({"code":208.5,"message":"m"})",
        R"({"code":208,"message":5})",
        R"({"code":4294967504,"message":"m"})", // 2^32 + 208
        R"({"code":-9223372036854775808,"message":"m"})",
        R"({"code":18446744073709551615,"message":"m"})",
        R"({"code":1e400,"message":"m"})",
    };
    std::vector<Answer> answers(errors.size());
    for (auto& answer : answers)
        caller.client.call("m", "[]", answer.callback());
    REQUIRE(caller.calls(errors.size()));
    for (std::size_t i = 0; i < errors.size(); ++i)
        caller.node.send(R"({"id":)" + caller.node.calls[i].id + R"(,"error":)" + errors[i] + "}");
    CHECK(until(caller.loop, [&] { return caller.client.in_flight() == 0; }));
    for (std::size_t i = 0; i < errors.size(); ++i) {
        INFO(errors[i]);
        CHECK(answers[i].times == 1);
        CHECK(answers[i].result.empty());
        CHECK(answers[i].failure.error.code == (errors[i].starts_with(R"({"code":208,)") ? 208 : -1));
        CHECK_FALSE(answers[i].failure.error.message.empty());
        CHECK(answers[i].failure.raw == errors[i]);
    }
}

TEST_CASE("a reply with neither result nor error is an error") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answer;
    caller.client.call("m", "[]", answer.callback());
    REQUIRE(caller.calls(1));
    caller.node.send(R"({"jsonrpc":"2.0","id":)" + caller.node.calls[0].id + "}");
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK(answer.failure.error.code == -1);
}

} // namespace client_test

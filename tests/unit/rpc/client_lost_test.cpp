// Connections that are lost and made again.
#include "caller.hpp"

#include <doctest/doctest.h>

namespace client_lost_test {

using unit::until;

TEST_CASE("a call before start() is lost, in a later turn") {
    Caller caller;
    Answer answer;
    caller.client.call("m", "[]", answer.callback(), answer.lost());
    CHECK(answer.losses == 0);
    CHECK(until(caller.loop, [&] { return answer.losses == 1; }));
    CHECK(answer.times == 0);
}

TEST_CASE("when the connection is lost, each call in flight with a lost callback gets it once, in a later turn") {
    Caller caller;
    int downs = 0;
    caller.client.start(
        caller.node.path(), [&] { ++caller.ups; }, [&] { ++downs; });
    REQUIRE(until(caller.loop, [&] { return caller.client.up() && caller.node.connections > 0; }));
    std::vector<Answer> answers(50);
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (i % 2 == 0)
            caller.client.call("m", "[]", answers[i].callback(), answers[i].lost());
        else
            caller.client.call("m", "[]", answers[i].callback());
    REQUIRE(caller.calls(answers.size()));
    caller.node.answer(caller.node.calls[8], "7");
    REQUIRE(until(caller.loop, [&] { return answers[8].times == 1; }));
    caller.node.stop_listening();
    caller.node.hang_up();
    CHECK(until(caller.loop, [&] { return !caller.client.up(); }));
    CHECK(downs == 1);
    Answer late;
    caller.client.call("late", "[]", late.callback(), late.lost());
    CHECK(late.losses == 0);
    CHECK(until(caller.loop, [&] { return late.losses == 1; }));
    unit::settle(caller.loop);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        CHECK(answers[i].times == (i == 8 ? 1 : 0));
        CHECK(answers[i].losses == (i % 2 == 0 && i != 8 ? 1 : 0));
    }
    CHECK(answers[8].result == "7");
    CHECK(caller.client.in_flight() == 0);
    CHECK(downs == 1);
}

TEST_CASE("a call that cannot be written is lost once") {
    Caller caller;
    REQUIRE(caller.connect());
    caller.node.stop_listening();
    caller.node.hang_up();
    Answer answer; // our side has not noticed the loss yet
    caller.client.call("m", "[\"" + std::string(1'000'000, 'x') + "\"]", answer.callback(), answer.lost());
    CHECK(until(caller.loop, [&] { return answer.losses == 1; }));
    unit::settle(caller.loop);
    CHECK(answer.losses == 1);
    CHECK(answer.times == 0);
}

TEST_CASE("a lost call that is repeated at once does not block the loop") {
    Caller caller(false);
    caller.client.start(caller.node.path(), [&] { ++caller.ups; });
    int lost = 0;
    bool answered = false;
    std::function<void()> call = [&] {
        caller.client.call(
            "m", "[]", [&](const auto&) { answered = true; },
            [&] {
                if (++lost < 1'000'000)
                    call();
            });
    };
    call();
    REQUIRE(until(caller.loop, [&] { return lost > 10; }));
    caller.node.open();
    REQUIRE(caller.calls(1));
    caller.node.answer(caller.node.calls[0], "1");
    CHECK(until(caller.loop, [&] { return answered; }));
    CHECK(lost < 1'000'000);
}

TEST_CASE("a lost connection is made again, and on_up is called again") {
    Caller caller;
    REQUIRE(caller.connect());
    for (int round = 2; round <= 4; ++round) {
        caller.node.hang_up();
        CHECK(until(caller.loop, [&] { return caller.ups == round && caller.client.up(); }));
        CHECK(until(caller.loop, [&] { return caller.node.connections == static_cast<std::size_t>(round); }));
        Answer answer;
        caller.node.calls.clear();
        caller.client.call("m", "[]", answer.callback());
        REQUIRE(caller.calls(1));
        caller.node.answer(caller.node.calls[0], "1");
        CHECK(until(caller.loop, [&] { return answer.times == 1; }));
        CHECK(answer.result == "1");
    }
}

TEST_CASE("half a reply of the old connection is not mixed with the new one") {
    Caller caller;
    REQUIRE(caller.connect());
    Answer answer;
    caller.client.call("m", "[]", answer.callback(), answer.lost());
    REQUIRE(caller.calls(1));
    caller.node.send("{\"jsonrpc\":\"2.0\",\"id\":\"trackpay");
    unit::settle(caller.loop);
    caller.node.hang_up();
    CHECK(until(caller.loop, [&] { return caller.ups == 2 && caller.node.connections == 2; }));
    CHECK(answer.losses == 1);
    Answer second;
    caller.client.call("m", "[]", second.callback());
    REQUIRE(caller.calls(2));
    CHECK(caller.node.calls[1].id != caller.node.calls[0].id);
    // A late answer to the lost call is ignored.
    caller.node.answer(caller.node.calls[0], "\"old\"");
    caller.node.answer(caller.node.calls[1], "\"new\"");
    CHECK(until(caller.loop, [&] { return second.times == 1; }));
    CHECK(second.result == "\"new\"");
    CHECK(answer.times == 0);
}

TEST_CASE("a missing socket is tried until it is there, with one log line") {
    Caller caller(false);
    caller.client.start(caller.node.path(), [&] { ++caller.ups; });
    CHECK(until(caller.loop, [&] { return !caller.log.empty(); }));
    // At least two more tries: each could have logged a second line.
    io::Timer timer(caller.loop);
    bool over = false;
    timer.start(std::chrono::milliseconds(400), [&] { over = true; });
    CHECK(until(caller.loop, [&] { return over; }));
    CHECK(caller.ups == 0);
    caller.node.open();
    CHECK(until(caller.loop, [&] { return caller.ups == 1; }));
    CHECK(caller.log.size() == 1);
    caller.node.hang_up();
    CHECK(until(caller.loop, [&] { return caller.ups == 2; }));
    CHECK(caller.log.size() == 2); // a new outage is logged once more
}

TEST_CASE("on_up may call at once") {
    Caller caller;
    Answer answer;
    caller.client.start(caller.node.path(), [&] { caller.client.call("getinfo", "{}", answer.callback()); });
    REQUIRE(caller.calls(1));
    caller.node.answer(caller.node.calls[0], "{}");
    CHECK(until(caller.loop, [&] { return answer.times == 1; }));
    CHECK(answer.result == "{}");
}

TEST_CASE("a client may be destroyed while its calls are in flight") {
    io::Loop loop;
    unit::FakeLightningd node(loop);
    const auto held = std::make_shared<int>(1);
    {
        rpc::Client client(loop, "x", "tag", [](base::LogLevel, const std::string&) {});
        client.start(node.path(), [] {});
        REQUIRE(until(loop, [&] { return client.up(); }));
        client.call("m", "[]", [held](const auto&) { FAIL("answered after its end"); });
    }
    unit::settle(loop);
    CHECK(held.use_count() == 1);
}

} // namespace client_lost_test

// The beginning, and a stream without gaps.
#include "reader_fixture.hpp"

namespace reader_test {

using consumer::State;
using unit::answer_text;
using unit::Events;
using unit::payment_text;
using unit::ReaderFixture;
using unit::until;

TEST_CASE("the first answer is the table and the cursor") {
    ReaderFixture f;
    CHECK(f.reader->state() == State::waiting);
    CHECK(f.cursor() == "none");
    f.connect();
    const auto call = f.call("{}");
    CHECK(f.events.empty());
    f.answer(call, answer_text({payment_text(9, "IN_FLIGHT"), payment_text(10, "IN_FLIGHT")}, "n.r.5.6"));
    CHECK(f.take() == Events{"replaced: 9 10", "active"});
    CHECK(f.reader->state() == State::active);
    CHECK(f.cursor() == "n.r.5.6");
    CHECK(f.reader->in_flight().at(10)->json == payment_text(10, "IN_FLIGHT"));
    CHECK(f.log.empty());
}

TEST_CASE("live messages are delivered at once, and the table follows") {
    ReaderFixture f;
    f.follow({payment_text(1, "IN_FLIGHT")});
    f.live(payment_text(2, "IN_FLIGHT"), "n.r.2.0");
    CHECK(f.table() == "1 2");
    CHECK(f.cursor() == "n.r.2.0");
    f.live(payment_text(1, "SUCCEEDED"), "n.r.2.1");
    f.live(payment_text(2, "FAILED"), "n.r.2.2");
    CHECK(f.table().empty());
    f.live(payment_text(2, "IN_FLIGHT", "2"), "n.r.3.2");
    CHECK(f.table() == "2");
    CHECK(f.take() == Events{"2 IN_FLIGHT 1 at n.r.2.0", "1 SUCCEEDED 1 at n.r.2.1", "2 FAILED 1 at n.r.2.2",
                             "2 IN_FLIGHT 2 at n.r.3.2"});
    CHECK(f.node.calls.empty());
}

TEST_CASE("while the tracker searches for payments in flight it is asked again, until they are complete") {
    ReaderFixture f;
    f.connect();
    f.answer(f.call("{}"), unit::incomplete(answer_text({payment_text(9, "IN_FLIGHT")}, "n.r.5.6")));
    REQUIRE(unit::until(f.loop, [&] { return f.reader->state() == State::active; }));
    CHECK_FALSE(f.reader->complete());
    f.live(payment_text(8, "IN_FLIGHT"), "n.r.5.6");
    CHECK(f.take() == Events{"replaced: 9", "active", "8 IN_FLIGHT 1 at n.r.5.6"});
    f.answer(f.call_since("n.r.5.6"), answer_text({}, "n.r.5.6"));
    const auto known = {payment_text(8, "IN_FLIGHT"), payment_text(9, "IN_FLIGHT")};
    f.answer(f.call("{}"), unit::incomplete(answer_text(known, "n.r.5.6")));
    f.answer(f.call_since("n.r.5.6"), answer_text({}, "n.r.5.6"));
    f.answer(f.call("{}"), answer_text({payment_text(7, "IN_FLIGHT"), payment_text(8, "IN_FLIGHT")}, "n.r.5.6"));
    CHECK(f.reader->complete());
    CHECK(f.take() == Events{"replaced: 8 9", "replaced: 7 8"});
    CHECK(f.cursor() == "n.r.5.6");
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());
}

TEST_CASE("messages of a lightningd before v25.09 are one level deeper") {
    ReaderFixture f;
    f.follow();
    f.send("trackpayments", unit::wrapped(unit::params_text(payment_text(1, "FAILED"), "n.r.1.1")));
    CHECK(f.take() == Events{"1 FAILED 1 at n.r.1.1"});
}

TEST_CASE("messages that arrive before the first answer are delivered after the table") {
    ReaderFixture f;
    f.connect();
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    const auto call = f.call("{}");
    f.live(payment_text(1, "SUCCEEDED"), "n.r.1.1");
    f.live(payment_text(2, "IN_FLIGHT"), "n.r.2.1");
    CHECK(f.events.empty());
    f.answer(call, answer_text({payment_text(2, "IN_FLIGHT")}, "n.r.2.1"));
    CHECK(f.take() == Events{"replaced: 2", "1 IN_FLIGHT 1 at n.r.1.0", "1 SUCCEEDED 1 at n.r.1.1", "active"});
    CHECK(f.table() == "2");
}

TEST_CASE("a message that repeats the payment's delivered state moves only the cursor") {
    ReaderFixture f;
    f.follow();
    f.live(payment_text(1, "SUCCEEDED"), "n.r.1.1");
    f.live(payment_text(1, "SUCCEEDED"), "n.r.1.2");
    CHECK(f.take() == Events{"1 SUCCEEDED 1 at n.r.1.1"});
    CHECK(f.cursor() == "n.r.1.2");
}

TEST_CASE("a malformed message is one log line without its content, and changes nothing") {
    ReaderFixture f;
    f.follow({payment_text(1, "IN_FLIGHT")});
    const std::string secret = "5ec4e7";
    for (const auto& params :
         {"{\"" + secret + "\":1}", "\"" + secret + "\"", unit::params_text("{\"status\":\"" + secret + "\"}", "c"),
          unit::params_text(payment_text(1, secret), "c"), unit::params_text(payment_text(1, "FAILED"), secret + " "),
          unit::params_text("[" + secret, "n.r.1.1"), std::string()}) {
        f.send("trackpayments", params);
        REQUIRE(f.log.size() == 1);
        CHECK(f.log[0].starts_with("ignoring a message of trackpayments: "));
        CHECK(f.log[0].find(secret) == std::string::npos);
        f.log.clear();
    }
    CHECK(f.events.empty());
    CHECK(f.table() == "1");
    CHECK(f.cursor() == "n.r.0.0");
    CHECK(f.reader->state() == State::active);
}

TEST_CASE("other topics and other plugins are ignored") {
    ReaderFixture f;
    f.follow();
    f.send("trackpayments_final", unit::params_text(payment_text(1, "FAILED"), "n.r.1.1"));
    f.send("plugin_stopped", R"({"plugin_stopped":{"plugin_name":"bookkeeper","methods":["bkpr-report"]}})");
    f.send("plugin_started", R"({"plugin_started":{"plugin_name":"bookkeeper","methods":["bkpr-report"]}})");
    unit::settle(f.loop);
    CHECK(f.events.empty());
    CHECK(f.node.calls.empty());
    CHECK(f.reader->state() == State::active);
}

TEST_CASE("after a silence it asks once for missed updates, and again after the next silence") {
    ReaderFixture f({std::chrono::milliseconds(1), std::chrono::milliseconds(4), std::chrono::milliseconds(5)});
    f.follow({payment_text(3, "IN_FLIGHT")});
    f.answer(f.call_since("n.r.0.0"), answer_text({}, "n.r.1.1"));
    CHECK(f.reader->state() == State::active);
    f.answer(f.call_since("n.r.1.1"), answer_text({payment_text(2, "FAILED")}, "n.r.2.2"));
    (void)f.call_since("n.r.2.2");
    CHECK(f.take() == Events{"2 FAILED 1 at n.r.2.2"});
    CHECK(f.table() == "3"); // the same run: the table stays
}

TEST_CASE("a silence that hides a restart of the tracker is noticed by the run of the answer") {
    ReaderFixture f({std::chrono::milliseconds(1), std::chrono::milliseconds(4), std::chrono::milliseconds(5)});
    f.follow({payment_text(3, "IN_FLIGHT")});
    f.answer(f.call_since("n.r.0.0"), answer_text({payment_text(3, "FAILED")}, "n.s.1.1"));
    f.answer(f.call("{}"), answer_text({payment_text(4, "IN_FLIGHT")}, "n.s.2.1"));
    CHECK(until(f.loop, [&] { return f.events.size() == 2; }));
    CHECK(f.take() == Events{"3 FAILED 1 at n.s.1.1", "replaced: 4"});
}

TEST_CASE("a stop that nothing reports is noticed after a silence, which is shorter where lightningd reports none") {
    ReaderFixture f({std::chrono::milliseconds(1), std::chrono::milliseconds(4), std::chrono::milliseconds(5)});
    f.follow();
    f.refuse(f.call_since("n.r.0.0"), -32601, "Unknown command 'trackpayments'");
    CHECK(until(f.loop, [&] { return f.reader->state() == State::away; }));
    CHECK(consumer::pauses(false).silence < consumer::pauses(true).silence);
}

TEST_CASE("what an answer repeats of the delivered states and the table is left out") {
    ReaderFixture f({std::chrono::milliseconds(1), std::chrono::milliseconds(4), std::chrono::milliseconds(5)});
    f.follow({payment_text(3, "IN_FLIGHT")});
    f.live(payment_text(4, "SUCCEEDED"), "n.r.4.0");
    f.take();
    f.answer(f.call_since("n.r.4.0"), answer_text({payment_text(3, "IN_FLIGHT"), payment_text(4, "SUCCEEDED"),
                                                   payment_text(5, "FAILED"), payment_text(4, "SUCCEEDED")},
                                                  "n.r.4.4"));
    (void)f.call_since("n.r.4.4");
    CHECK(f.take() == Events{"5 FAILED 1 at n.r.4.0"});
}

TEST_CASE("the listener may destroy the reader in each call") {
    for (const auto* event : {"replaced: ", "1 FAILED 1 at n.r.1.1", "active"}) {
        ReaderFixture f;
        f.destroy_at = event;
        f.connect();
        const auto call = f.call("{}");
        f.live(payment_text(1, "FAILED"), "n.r.1.1");
        f.live(payment_text(2, "FAILED"), "n.r.2.2");
        f.answer(call, answer_text({}, "n.r.1.1"));
        CHECK_FALSE(f.reader.has_value());
        CHECK(f.events.back() == event);
        unit::settle(f.loop);
    }
    for (const auto* event : {"1 FAILED 1 at n.r.0.0", "2 FAILED 1 at n.r.1.1", "away"}) {
        ReaderFixture f;
        f.follow();
        f.destroy_at = event;
        f.tracker("plugin_started");
        const auto call = f.call_since("n.r.0.0");
        if (f.destroy_at == "away")
            f.refuse(call, -1, "try again");
        else
            f.answer(call, answer_text({payment_text(1, "FAILED"), payment_text(2, "FAILED")}, "n.r.1.1"));
        CHECK_FALSE(f.reader.has_value());
        unit::settle(f.loop);
    }
}

TEST_CASE("a reader may be destroyed while its calls are open") {
    ReaderFixture f;
    f.follow();
    int answers = 0;
    f.reader->page("n.r.0.0", [&](const auto&) { ++answers; });
    const auto call = f.call_since("n.r.0.0");
    f.reader->lookup({}, [&](const auto&) { ++answers; });
    f.reader.reset();
    f.answer(call, answer_text({}, "n.r.0.0"));
    f.reader.emplace(
        f.loop, f.client, [](base::LogLevel, const std::string&) {}, f);
    f.node.hang_up();
    CHECK(until(f.loop, [&] { return f.client.in_flight() == 0; }));
    unit::settle(f.loop);
    CHECK(answers == 0);
}

} // namespace reader_test

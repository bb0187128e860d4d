// Gaps in the stream: the tracker or the socket goes away, in each phase.
#include "reader_fixture.hpp"

namespace reader_gaps_test {

using consumer::State;
using unit::answer_text;
using unit::Events;
using unit::payment_text;
using unit::ReaderFixture;
using unit::until;

namespace {

/// Without a pause that could end in a test.
constexpr consumer::Pauses long_pauses{std::chrono::hours(1), std::chrono::hours(1), std::chrono::hours(1)};

bool active(const ReaderFixture& f) {
    return f.reader->state() == State::active;
}

} // namespace

TEST_CASE("a tracker that is not there is asked again, with one log line") {
    ReaderFixture f;
    f.connect();
    for (int i = 0; i < 4; ++i)
        f.refuse(f.call("{}"), -32601, "Unknown command 'trackpayments' " + std::string(64, 'a'));
    CHECK(f.log ==
          Events{"trackpayments does not answer: Unknown command 'trackpayments' (a long text); asking again"});
    CHECK(f.reader->trouble() == f.log.front());
    CHECK(f.reader->state() == State::waiting); // it has never answered
    CHECK(f.events.empty());
    f.answer(f.call("{}"), answer_text({}, "n.r.1.1"));
    CHECK(f.take() == Events{"replaced: ", "active"});
    CHECK(f.reader->trouble().empty());
    CHECK(f.log.size() == 2);
    CHECK(f.log.back() == "trackpayments answers again");
}

TEST_CASE("a tracker that starts is asked at once") {
    ReaderFixture f(long_pauses);
    f.connect();
    f.refuse(f.call("{}"), -32601, "Unknown command");
    f.tracker("plugin_started");
    f.refuse(f.call("{}"), -1, "try again later");
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0"); // up to v24.11 only its first message shows that it has started
    f.answer(f.call("{}"), answer_text({payment_text(1, "IN_FLIGHT")}, "n.r.1.0"));
    CHECK(f.take() == Events{"replaced: 1", "active"});
}

TEST_CASE("a new run of the tracker: missed updates, the new table, then the messages that waited") {
    ReaderFixture f;
    f.follow({payment_text(1, "IN_FLIGHT"), payment_text(5, "IN_FLIGHT")});
    f.live(payment_text(7, "IN_FLIGHT"), "n.s.7.0");
    CHECK(f.events.empty());
    const auto since = f.call_since("n.r.0.0");
    f.live(payment_text(7, "SUCCEEDED"), "n.s.7.1");
    f.answer(since, answer_text({payment_text(1, "FAILED"), payment_text(2, "SUCCEEDED")}, "n.s.6.0"));
    const auto in_flight = f.call("{}");
    CHECK(f.table() == "5");
    CHECK(active(f)); // streams survive it
    f.answer(in_flight, answer_text({payment_text(6, "IN_FLIGHT"), payment_text(7, "IN_FLIGHT")}, "n.s.7.0"));
    CHECK(f.take() ==
          Events{"1 FAILED 1 at n.r.0.0", "2 SUCCEEDED 1 at n.s.6.0", "replaced: 6 7", "7 SUCCEEDED 1 at n.s.7.1"});
    CHECK(f.table() == "6"); // 5 has another index now
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());
    CHECK(f.log.empty());
}

TEST_CASE("an end that was delivered is not repeated by a new run, which knows no route") {
    ReaderFixture f;
    f.follow({});
    const auto with_attempt = [](const char* mark) {
        auto text = payment_text(1, "SUCCEEDED", mark);
        return text.insert(text.find(R"("status":"FAILED")"), R"("attempt_id":"1",)");
    };
    f.live(with_attempt("routes"), "n.r.1.1");
    CHECK(f.take() == Events{"1 SUCCEEDED routes at n.r.1.1"});
    f.live(payment_text(2, "IN_FLIGHT"), "n.s.2.1");
    f.answer(f.call_since("n.r.1.1"), answer_text({with_attempt("none")}, "n.s.1.1"));
    f.answer(f.call("{}"), answer_text({payment_text(2, "IN_FLIGHT")}, "n.s.2.1"));
    CHECK(f.take() == Events{"replaced: 2"});
    CHECK(*f.reader->cursor() == "n.s.1.1"); // that of the page
}

TEST_CASE("pages are asked until there is no more") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"),
             answer_text({payment_text(1, "FAILED"), payment_text(2, "FAILED")}, "n.s.2.2", true));
    f.answer(f.call_since("n.s.2.2"), answer_text({}, "n.s.3.3", true));
    f.answer(f.call_since("n.s.3.3"), answer_text({payment_text(4, "FAILED")}, "n.s.4.4.9"));
    f.answer(f.call("{}"), answer_text({}, "n.s.5.5"));
    CHECK(until(f.loop, [&] { return f.has("replaced: "); }));
    CHECK(f.take() ==
          Events{"1 FAILED 1 at n.r.0.0", "2 FAILED 1 at n.s.2.2", "4 FAILED 1 at n.s.4.4.9", "replaced: "});
    CHECK(f.cursor() == "n.s.4.4.9"); // what ended between the two answers may still be on its way
}

TEST_CASE("a page that is held at its cursor is asked again after a pause") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"), answer_text({payment_text(1, "FAILED")}, "n.r.0.0", true));
    f.answer(f.call_since("n.r.0.0"), answer_text({payment_text(1, "FAILED")}, "n.s.1.1"));
    (void)f.call("{}");
    CHECK(f.take() == Events{"1 FAILED 1 at n.r.0.0"});
}

TEST_CASE("a waiting message is left out with those before it if the answers delivered its state") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    const auto since = f.call_since("n.r.0.0");
    f.live(payment_text(1, "IN_FLIGHT"), "n.s.1.0");
    f.live(payment_text(2, "IN_FLIGHT"), "n.s.2.0");
    f.live(payment_text(1, "SUCCEEDED"), "n.s.2.1");
    f.answer(since, answer_text({payment_text(1, "SUCCEEDED"), payment_text(3, "FAILED")}, "n.s.3.3"));
    const auto in_flight = f.call("{}");
    f.live(payment_text(3, "IN_FLIGHT"), "n.s.3.2");
    f.live(payment_text(3, "FAILED"), "n.s.3.3");
    f.answer(in_flight, answer_text({payment_text(2, "IN_FLIGHT")}, "n.s.3.3"));
    CHECK(until(f.loop, [&] { return f.has("replaced: 2"); }));
    f.live(payment_text(2, "IN_FLIGHT"), "n.s.4.3"); // the table has shown it
    CHECK(f.take() == Events{"1 SUCCEEDED 1 at n.r.0.0", "3 FAILED 1 at n.s.3.3", "replaced: 2"});
    CHECK(f.cursor() == "n.s.4.3");
}

TEST_CASE("waiting messages of the run before the answer are left out: it covers them") {
    ReaderFixture f;
    f.follow();
    f.node.hang_up();
    REQUIRE(until(f.loop, [&] { return f.reader->state() == State::away; }));
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    f.take();
    const auto since = f.call_since("n.r.0.0");
    f.live(payment_text(2, "IN_FLIGHT"), "n.s.2.0");
    f.answer(since, answer_text({payment_text(1, "FAILED"), payment_text(2, "IN_FLIGHT")}, "n.s.2.1"));
    f.answer(f.call("{}"), answer_text({payment_text(2, "IN_FLIGHT")}, "n.s.2.1"));
    CHECK(until(f.loop, [&] { return active(f); }));
    CHECK(f.take() == Events{"1 FAILED 1 at n.r.0.0", "2 IN_FLIGHT 1 at n.s.2.1", "replaced: 2", "active"});
}

TEST_CASE("a message that was overtaken by the answer of the next run is left out") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"), answer_text({payment_text(1, "FAILED")}, "n.s.1.1"));
    const auto in_flight = f.call("{}");
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    f.answer(in_flight, answer_text({}, "n.s.1.1"));
    CHECK(until(f.loop, [&] { return f.has("replaced: "); }));
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    CHECK(f.take() == Events{"1 FAILED 1 at n.s.1.1", "replaced: "});
}

TEST_CASE("an overtaken message is delivered if one before it was, so that the last one counts") {
    ReaderFixture f;
    f.follow();
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0"); // perhaps older than the table
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.1.0"), answer_text({}, "n.s.1.1"));
    f.answer(f.call("{}"), answer_text({}, "n.s.1.1"));
    REQUIRE(until(f.loop, [&] { return f.has("replaced: "); }));
    f.live(payment_text(2, "FAILED"), "n.r.2.1");
    f.live(payment_text(1, "FAILED"), "n.r.2.2");
    CHECK(f.take() == Events{"1 IN_FLIGHT 1 at n.r.1.0", "replaced: ", "1 FAILED 1 at n.s.1.1"});
    CHECK(f.table().empty());
    CHECK(f.cursor() == "n.s.1.1");
}

TEST_CASE("at the beginning, messages of the run before the answer are no part of the stream") {
    ReaderFixture f;
    f.connect();
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0"); // its end may be before the first cursor
    f.answer(f.call("{}"), answer_text({}, "n.s.1.1"));
    CHECK(f.take() == Events{"replaced: ", "active"});
}

TEST_CASE("an answer that is older than a message is followed by another round") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    const auto since = f.call_since("n.r.0.0");
    f.live(payment_text(3, "FAILED"), "n.s.3.3"); // the tracker that was asked has been replaced
    f.answer(since, answer_text({payment_text(1, "FAILED")}, "n.r.1.1"));
    f.answer(f.call("{}"), answer_text({payment_text(2, "IN_FLIGHT")}, "n.r.1.1"));
    f.answer(f.call_since("n.r.1.1"), answer_text({payment_text(2, "FAILED")}, "n.s.2.2"));
    f.answer(f.call("{}"), answer_text({}, "n.s.2.2"));
    CHECK(until(f.loop, [&] { return f.has("3 FAILED 1 at n.s.3.3"); }));
    CHECK(f.take() == Events{"1 FAILED 1 at n.r.1.1", "replaced: 2", "2 FAILED 1 at n.s.2.2",
                             "replaced: ", "3 FAILED 1 at n.s.3.3"});
}

TEST_CASE("a tracker that is started again between the page and the table is asked for its page too") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"), answer_text({}, "n.s.1.1"));
    f.answer(f.call("{}"), answer_text({payment_text(2, "IN_FLIGHT")}, "n.t.2.2"));
    f.answer(f.call_since("n.s.1.1"), answer_text({payment_text(1, "FAILED")}, "n.t.2.2"));
    f.answer(f.call("{}"), answer_text({payment_text(2, "IN_FLIGHT")}, "n.t.2.2"));
    CHECK(until(f.loop, [&] { return f.events.size() >= 3; }));
    CHECK(f.take() == Events{"replaced: 2", "1 FAILED 1 at n.t.2.2", "replaced: 2"});
}

TEST_CASE("a false run in a message does not keep the reader asking") {
    ReaderFixture f;
    f.follow();
    f.live(payment_text(1, "IN_FLIGHT"), "n.false.1.0");
    f.answer(f.call_since("n.r.0.0"), answer_text({}, "n.r.1.0"));
    f.answer(f.call("{}"), answer_text({}, "n.r.1.0"));
    CHECK(until(f.loop, [&] { return f.has("replaced: "); }));
    f.live(payment_text(2, "IN_FLIGHT"), "n.r.2.0");
    CHECK(f.node.calls.empty());
    CHECK(f.take() == Events{"replaced: ", "2 IN_FLIGHT 1 at n.r.2.0"});
    CHECK(f.cursor() == "n.r.2.0");
    CHECK(active(f));
}

TEST_CASE("the tracker stops and is started again") {
    ReaderFixture f;
    f.follow({payment_text(1, "IN_FLIGHT")});
    f.tracker("plugin_stopped");
    CHECK(f.take() == Events{"away"});
    CHECK(f.cursor() == "n.r.0.0");
    CHECK(f.table() == "1");
    f.refuse(f.call_since("n.r.0.0"), -32601, "Unknown command");
    f.refuse(f.call_since("n.r.0.0"), -4, "Plugin terminated");
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"), answer_text({payment_text(1, "SUCCEEDED")}, "n.s.1.1"));
    f.answer(f.call("{}"), answer_text({}, "n.s.1.1"));
    CHECK(until(f.loop, [&] { return active(f); }));
    CHECK(f.take() == Events{"1 SUCCEEDED 1 at n.s.1.1", "replaced: ", "active"});
    CHECK(f.log.size() == 2);
}

TEST_CASE("a tracker that stops during a round is asked again even if it still answered") {
    ReaderFixture f(long_pauses);
    f.follow();
    f.tracker("plugin_started");
    const auto since = f.call_since("n.r.0.0");
    f.tracker("plugin_stopped");
    CHECK(f.reader->state() == State::away);
    f.answer(since, answer_text({}, "n.s.1.1"));
    f.answer(f.call("{}"), answer_text({}, "n.s.1.1"));
    f.refuse(f.call_since("n.s.1.1"), -32601, "Unknown command");
    CHECK(f.reader->state() == State::away);
    f.tracker("plugin_started");
    (void)f.call_since("n.s.1.1");
}

TEST_CASE("a tracker that starts during a round that fails is asked at once") {
    ReaderFixture f(long_pauses);
    f.follow();
    f.tracker("plugin_started");
    const auto since = f.call_since("n.r.0.0");
    f.tracker("plugin_started");
    f.refuse(since, -4, "Plugin terminated");
    (void)f.call_since("n.r.0.0");
}

TEST_CASE("the socket is lost in each phase: the next connection closes the gap") {
    for (const auto* phase : {"first call", "following", "page", "table", "retry"}) {
        CAPTURE(phase);
        const std::string lost_in = phase;
        ReaderFixture f;
        std::size_t connections = 1;
        if (lost_in == "first call") {
            f.connect();
            (void)f.call("{}");
        } else {
            f.follow();
            if (lost_in != "following")
                f.tracker("plugin_started");
            if (lost_in == "page" || lost_in == "table") {
                const auto since = f.call_since("n.r.0.0");
                if (lost_in == "table") {
                    f.answer(since, answer_text({payment_text(1, "FAILED")}, "n.r.1.1"));
                    (void)f.call("{}");
                }
            } else if (lost_in == "retry") {
                f.refuse(f.call_since("n.r.0.0"), -1, "try again");
            }
        }
        f.node.hang_up();
        REQUIRE(until(f.loop, [&] { return f.node.connections == connections + 1; }));
        f.live(payment_text(2, "FAILED"), "n.r.2.2");
        if (lost_in == "first call") {
            CHECK(f.reader->state() == State::waiting);
        } else {
            CHECK(f.reader->state() == State::away);
            const auto* cursor = lost_in == "table" ? "n.r.1.1" : "n.r.0.0";
            const auto calls_lost = [&] {
                while (!f.node.calls.empty() && f.node.calls.front().params == "{}")
                    f.node.calls.pop_front();
                return !f.node.calls.empty();
            };
            REQUIRE(until(f.loop, calls_lost));
            f.answer(f.call_since(cursor), answer_text({payment_text(1, "FAILED")}, "n.r.1.1"));
        }
        f.answer(f.call("{}"), answer_text({}, "n.r.1.1"));
        REQUIRE(until(f.loop, [&] { return active(f); }));
        CHECK(f.has("2 FAILED 1 at n.r.2.2"));
        CHECK(std::count_if(f.events.begin(), f.events.end(), [](const auto& e) {
                  return e.starts_with("1 FAILED");
              }) == (lost_in == "first call" ? 0 : 1));
        unit::settle(f.loop);
        CHECK(f.node.calls.empty());
    }
}

TEST_CASE("a refused cursor is one log line, and the stream begins anew") {
    ReaderFixture f;
    f.follow({payment_text(1, "IN_FLIGHT")});
    f.node.hang_up();
    f.refuse(f.call_since("n.r.0.0"), -32602, "since: the cursor belongs to another node: " + std::string(66, '0'));
    CHECK(f.cursor() == "n.r.0.0"); // no cursor at all only while waiting
    const auto call = f.call("{}");
    f.live(payment_text(3, "FAILED"), "m.s.3.3");
    f.answer(call, answer_text({payment_text(2, "IN_FLIGHT")}, "m.s.2.2"));
    CHECK(until(f.loop, [&] { return active(f); }));
    CHECK(f.take() == Events{"away", "replaced: 2", "3 FAILED 1 at m.s.3.3", "active"});
    CHECK(f.log ==
          Events{"trackpayments refused the cursor; beginning anew: since: the cursor belongs to another node: "
                 "(a long text)"});
    CHECK(f.cursor() == "m.s.3.3");
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());
}

TEST_CASE("a node that refuses every cursor is asked for its table each time, with one log line in all") {
    ReaderFixture f;
    f.follow();
    for (int i = 0; i < 3; ++i) {
        f.tracker("plugin_started");
        f.refuse(f.call_since("n.r.0.0"), -32602, "since: needs lightningd v23.11 or later");
        f.answer(f.call("{}"), answer_text({}, "n.r.0.0"));
        CHECK(until(f.loop, [&] { return f.has("replaced: "); }));
        f.take();
    }
    CHECK(f.log.size() == 1);
}

TEST_CASE("a cursor that was refused is not asked again while the table is missing") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.refuse(f.call_since("n.r.0.0"), -32602, "since: no");
    f.refuse(f.call("{}"), -1, "try again");
    f.answer(f.call("{}"), answer_text({}, "m.s.2.2"));
    CHECK(until(f.loop, [&] { return active(f); }));
    CHECK(f.cursor() == "m.s.2.2");
}

TEST_CASE("an answer that cannot be read is a failure, with one log line without its content") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"), R"({"payments":[{"secret":1}],"cursor":"n.s.1.1"})");
    CHECK(f.take() == Events{"away"});
    CHECK(f.log == Events{"ignoring an answer of trackpayments: payment_index: missing, or no decimal text",
                          "trackpayments does not answer: the answer of trackpayments cannot be read; asking again"});
    (void)f.call_since("n.r.0.0");
}

TEST_CASE("a tracker that leaves out the topic is not followed until it publishes it") {
    const auto without = [](const char* cursor) {
        return R"({"payments":[],"cursor":")" + std::string(cursor) + R"(","unpublished_topics":["trackpayments"]})";
    };
    ReaderFixture f;
    f.connect();
    for (int i = 0; i < 3; ++i)
        f.answer(f.call("{}"), without("n.r.1.1"));
    CHECK(f.events.empty());
    CHECK(f.log == Events{"trackpayments does not publish the topic `trackpayments`, which is needed here: see its "
                          "option trackpayments-topics"});
    f.tracker("plugin_started");
    f.answer(f.call("{}"), answer_text({}, "n.s.1.1"));
    CHECK(f.take() == Events{"replaced: ", "active"});
    f.tracker("plugin_started");
    f.answer(f.call_since("n.s.1.1"), without("n.t.1.1"));
    CHECK(f.take() == Events{"away"});
    CHECK(f.log.size() == 3);
    f.answer(f.call_since("n.s.1.1"), answer_text({payment_text(1, "FAILED")}, "n.u.1.2"));
    CHECK(f.take() == Events{"1 FAILED 1 at n.u.1.2"}); // it was not skipped
}

TEST_CASE("too many waiting messages are dropped and asked for once more") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    const auto since = f.call_since("n.r.0.0");
    const std::string large(9 * 1024 * 1024, 'x');
    for (unsigned i = 1; i <= 8; ++i)
        f.live(payment_text(i, "FAILED", large), "n.s.1." + std::to_string(i));
    f.live(payment_text(9, "FAILED"), "n.s.1.9");
    f.answer(since, answer_text({}, "n.s.1.0"));
    f.answer(f.call("{}"), answer_text({}, "n.s.1.0"));
    const auto again = f.call_since("n.s.1.0");
    CHECK(f.take() == Events{"replaced: "});
    f.live(payment_text(10, "FAILED"), "n.s.1.10");
    f.answer(again, answer_text({payment_text(9, "FAILED")}, "n.s.1.9"));
    CHECK(until(f.loop, [&] { return f.events.size() == 2; }));
    CHECK(f.take() == Events{"9 FAILED 1 at n.s.1.9", "10 FAILED 1 at n.s.1.10"});
}

} // namespace reader_gaps_test

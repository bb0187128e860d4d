// A listener that cannot take more, and one that has a cursor of its own.
#include "reader_fixture.hpp"

#include "consumer/decode.hpp"

namespace reader_test {

using consumer::State;
using unit::answer_text;
using unit::Events;
using unit::payment_text;
using unit::ReaderFixture;

namespace {

/// Pauses the reader when it gets the event `pause_at`.
struct Pausing : ReaderFixture {
    std::string pause_at;

    void updated(const consumer::Update& update) override {
        ReaderFixture::updated(update);
        look();
    }
    void replaced() override {
        ReaderFixture::replaced();
        look();
    }
    void look() {
        if (!events.empty() && events.back() == pause_at)
            reader->pause();
    }
};

} // namespace

TEST_CASE("a paused reader keeps nothing, and asks for what it missed") {
    Pausing f;
    f.follow();
    f.pause_at = "1 IN_FLIGHT 1 at n.r.1.0";
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    f.live(payment_text(1, "SUCCEEDED"), "n.r.1.1");
    f.live(payment_text(2, "IN_FLIGHT"), "n.r.2.1");
    CHECK(f.take() == Events{f.pause_at});
    CHECK(f.reader->paused());
    CHECK_FALSE(f.reader->following());
    CHECK(f.cursor() == "n.r.1.0");
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());

    f.reader->resume();
    CHECK_FALSE(f.reader->paused());
    f.answer(f.call_since("n.r.1.0"), answer_text({payment_text(1, "SUCCEEDED")}, "n.r.2.1"));
    f.live(payment_text(3, "IN_FLIGHT"), "n.r.3.1");
    CHECK(f.take() == Events{"1 SUCCEEDED 1 at n.r.2.1", "3 IN_FLIGHT 1 at n.r.3.1"});
    CHECK(f.reader->following());
}

TEST_CASE("a pause within an answer comes after its last payment, and the next page is not asked for") {
    Pausing f;
    f.follow();
    f.tracker("plugin_started");
    f.pause_at = "1 FAILED 1 at n.r.0.0";
    const auto page = answer_text({payment_text(1, "FAILED"), payment_text(2, "FAILED")}, "n.r.2.2", true);
    f.answer(f.call_since("n.r.0.0"), page);
    unit::settle(f.loop);
    CHECK(f.take() == Events{f.pause_at, "2 FAILED 1 at n.r.2.2"});
    CHECK(f.node.calls.empty());
    f.reader->resume();
    f.answer(f.call_since("n.r.2.2"), answer_text({}, "n.r.2.2"));
    // The tracker was started again, so the table is asked for in the end.
    f.answer(f.call("{}"), answer_text({}, "n.r.2.2"));
    CHECK(f.take() == Events{"replaced: "});
    CHECK(f.reader->following());
}

TEST_CASE("a pause among messages that waited for an answer drops the rest") {
    Pausing f;
    f.connect();
    const auto call = f.call("{}");
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    f.live(payment_text(2, "IN_FLIGHT"), "n.r.2.0");
    f.pause_at = "1 IN_FLIGHT 1 at n.r.1.0";
    f.answer(call, answer_text({}, "n.r.0.0"));
    unit::settle(f.loop);
    CHECK(f.take() == Events{"replaced: ", f.pause_at});
    CHECK(f.reader->state() == State::waiting);
    f.reader->resume();
    f.answer(f.call_since("n.r.1.0"), answer_text({payment_text(2, "IN_FLIGHT")}, "n.r.2.0"));
    CHECK(f.take() == Events{"2 IN_FLIGHT 1 at n.r.2.0", "active"});
}

TEST_CASE("a reader paused by the table goes on when resumed") {
    Pausing f;
    f.connect();
    f.pause_at = "replaced: 1";
    f.answer(f.call("{}"), answer_text({payment_text(1, "IN_FLIGHT")}, "n.r.1.0"));
    unit::settle(f.loop);
    CHECK(f.take() == Events{f.pause_at});
    f.reader->resume();
    f.answer(f.call_since("n.r.1.0"), answer_text({payment_text(1, "FAILED")}, "n.r.1.1"));
    CHECK(f.take() == Events{"1 FAILED 1 at n.r.1.1", "active"});
}

TEST_CASE("a pause while the payments in flight are asked for: they are asked for again") {
    ReaderFixture f;
    f.follow();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.0.0"), answer_text({}, "n.s.0.0"));
    const auto call = f.call("{}");
    f.reader->pause();
    f.answer(call, answer_text({payment_text(1, "IN_FLIGHT")}, "n.s.1.0"));
    CHECK(f.take().empty());
    f.reader->resume();
    f.answer(f.call_since("n.s.0.0"), answer_text({}, "n.s.0.0"));
    f.answer(f.call("{}"), answer_text({payment_text(1, "IN_FLIGHT")}, "n.s.1.0"));
    CHECK(f.take() == Events{"replaced: 1"});
    CHECK(f.reader->following());
}

TEST_CASE("nothing is asked while paused, whatever happens to tracker and socket") {
    Pausing f;
    f.follow();
    f.pause_at = "1 IN_FLIGHT 1 at n.r.1.0";
    f.live(payment_text(1, "IN_FLIGHT"), "n.r.1.0");
    f.tracker("plugin_stopped");
    f.tracker("plugin_started");
    f.reader->disconnected();
    f.reader->connected();
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());
    f.reader->resume();
    f.answer(f.call_since("n.r.1.0"), answer_text({}, "n.s.1.0"));
    f.answer(f.call("{}"), answer_text({payment_text(1, "IN_FLIGHT")}, "n.s.1.0"));
    CHECK(f.take() == Events{f.pause_at, "away", "replaced: 1", "active"});
}

TEST_CASE("a reader with a cursor of its own begins there, and delivers again what it has delivered") {
    ReaderFixture f;
    f.follow();
    f.live(payment_text(3, "FAILED"), "n.r.3.3");
    CHECK(f.take() == Events{"3 FAILED 1 at n.r.3.3"});
    f.reader->start_at(std::make_shared<const std::string>("n.q.1.1"));
    f.answer(f.call_since("n.q.1.1"), answer_text({payment_text(2, "FAILED"), payment_text(3, "FAILED")}, "n.r.3.3"));
    f.answer(f.call("{}"), answer_text({}, "n.r.3.3"));
    CHECK(f.take() == Events{"2 FAILED 1 at n.q.1.1", "3 FAILED 1 at n.r.3.3", "replaced: "});
}

TEST_CASE("a refused cursor: a listener that may miss nothing gets all payments again") {
    ReaderFixture f;
    f.reader->begin_anew_at_beginning();
    f.follow();
    f.reader->start_at(std::make_shared<const std::string>("m.q.9.9"));
    f.refuse(f.call_since("m.q.9.9"), rpc::invalid_params, "since: the cursor belongs to another node");
    f.answer(f.call("{}"), answer_text({payment_text(3, "IN_FLIGHT")}, "n.r.3.2"));
    f.answer(f.call_since("n.r.0.0"), answer_text({payment_text(1, "FAILED")}, "n.r.3.2"));
    f.answer(f.call("{}"), answer_text({payment_text(3, "IN_FLIGHT")}, "n.r.3.2"));
    CHECK(f.take() == Events{"1 FAILED 1 at n.r.3.2", "replaced: 3"});
    CHECK(f.reader->following());
}

TEST_CASE("a node without pages refuses every cursor: such a listener begins with the payments in flight") {
    ReaderFixture f;
    f.reader->begin_anew_at_beginning();
    f.follow();
    f.tracker("plugin_started");
    f.refuse(f.call_since("n.r.0.0"), rpc::invalid_params, "since needs lightningd v23.11");
    f.answer(f.call("{}"), answer_text({payment_text(3, "IN_FLIGHT")}, "n.r.3.2"));
    CHECK(f.take() == Events{"replaced: 3"});
    CHECK(f.cursor() == "n.r.3.2");
}

TEST_CASE("the beginning of a node is known from any of its cursors") {
    CHECK(consumer::beginning_of("035fdd0c.28de4997.17.4") == "035fdd0c.28de4997.0.0");
    CHECK(consumer::beginning_of("035fdd0c.28de4997.17.4.9.8") == "035fdd0c.28de4997.0.0");
}

} // namespace reader_test

// What the stream gets: each change once, in order, whatever the server does.
#include "sink_fixture.hpp"

namespace sink_test {

using unit::answer_text;
using unit::attempt_text;
using unit::FakeStream;
using unit::paid_text;
using unit::SinkFixture;
using Texts = std::vector<std::string>;
using Fate = FakeStream::Fate;

TEST_CASE("each change is a message with the position before it") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(1, "IN_FLIGHT", {attempt_text(1, "Ir")}), "n.r.1.0");
    f.serve();
    f.live(paid_text(1, "SUCCEEDED", {attempt_text(1, "Sr")}), "n.r.1.1");
    f.serve();
    CHECK(f.stored(1) == Texts{"IN_FLIGHT 1Ir at n.r.0.0", "SUCCEEDED 1Sr at n.r.1.0"});
    const auto now = f.sink.status();
    CHECK(*now.position == "n.r.1.1");
    CHECK(now.caught_up);
    CHECK(now.acknowledged == 2);
    CHECK(now.already_stored == 0);
    CHECK(now.lag.count() == 0);
    // Nothing was looked up but the position.
    CHECK(f.stream.looked == 1);
}

TEST_CASE("one publish refused in the middle of a window: the position stays before it, and order is kept") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(9, "IN_FLIGHT", {attempt_text(9, "I")}, '9'), "n.r.1.0");
    f.serve(); // the server is known to store
    f.stream.fate = [](const jetstream::Message& message) {
        return message.subject == SinkFixture::subject(3, '3') ? Fate::refuse : Fate::store;
    };
    for (unsigned index = 1; index <= 5; ++index) {
        const auto digit = static_cast<char>('0' + index);
        f.live(paid_text(index, "IN_FLIGHT", {attempt_text(index, "I")}, digit),
               "n.r.1" + std::to_string(index) + ".0");
        f.live(paid_text(index, "FAILED", {attempt_text(index, "F")}, digit), "n.r.1" + std::to_string(index) + ".1");
    }
    CHECK(f.stream.waiting() == 5); // one of each payment
    f.serve();
    CHECK(f.stored(3, '3').empty());
    CHECK(f.stored(5, '5').size() == 1);
    // The first two payments are whole: the position is before the refused one.
    CHECK(*f.sink.status().position == "n.r.11.0");
    CHECK_FALSE(f.sink.status().caught_up);
    CHECK(f.sink.status().unacknowledged > 0);

    f.stream.fate = [](const jetstream::Message&) { return Fate::store; };
    f.stream.remembers_ids = false; // the outage was longer than the server remembers ids
    f.stream.connect();
    f.serve();
    for (unsigned index = 1; index <= 5; ++index) {
        const auto digit = static_cast<char>('0' + index);
        const auto all = f.stored(index, digit);
        REQUIRE(all.size() == 2);
        CHECK(all[0].starts_with("IN_FLIGHT"));
        CHECK(all[1].starts_with("FAILED"));
    }
    CHECK(*f.sink.status().position == "n.r.15.1");
    CHECK(f.sink.status().caught_up);
    // No message claims more than was stored before it.
    for (const auto& one : f.stream.messages) {
        const auto cursor = FakeStream::header(one.message, "Trackpayments-Cursor");
        const bool before = cursor == "n.r.0.0" || cursor == "n.r.1.0" || cursor < "n.r.13.0";
        if (f.stream.of(SinkFixture::subject(3, '3')).front().sequence >= one.sequence)
            CHECK(before);
    }
}

TEST_CASE("after an outage one message shows that the server stores again, before more are sent") {
    SinkFixture f;
    f.publish_on();
    f.stream.cut();
    for (unsigned index = 1; index <= 9; ++index)
        f.live(paid_text(index, "FAILED", {attempt_text(index, "F")}, static_cast<char>('0' + index)),
               "n.r.9." + std::to_string(index));
    CHECK(f.stream.waiting() == 0);
    f.stream.connect();
    CHECK(f.stream.waiting() == 1);
    f.stream.serve_one(); // the node's last message
    CHECK(f.stream.waiting() == 1);
    f.stream.serve_one();
    CHECK(f.stream.waiting() == 8);
    f.serve();
    CHECK(f.stream.messages.size() == 9);
}

TEST_CASE("an acknowledgement that is lost stores nothing twice, and nothing is lost with it") {
    for (const bool remembers : {true, false}) {
        SinkFixture f;
        f.publish_on();
        f.live(paid_text(1, "IN_FLIGHT", {attempt_text(1, "I")}), "n.r.1.0");
        f.serve();
        f.stream.fate = [](const jetstream::Message&) { return Fate::lose_ack; };
        f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}), "n.r.1.1");
        f.live(paid_text(1, "IN_FLIGHT", {attempt_text(1, "F"), attempt_text(2, "I")}), "n.r.2.1");
        f.serve();
        CHECK(f.stored(1).size() == 2);
        f.stream.fate = [](const jetstream::Message&) { return Fate::store; };
        f.stream.remembers_ids = remembers;
        f.stream.connect();
        f.serve();
        CHECK(f.stored(1) == Texts{"IN_FLIGHT 1I at n.r.0.0", "FAILED 1F at n.r.1.0", "IN_FLIGHT 1F,2I at n.r.1.1"});
        CHECK(f.sink.status().already_stored == 1);
    }
}

TEST_CASE("while the server is away nothing piles up, and what was missed is asked for") {
    SinkFixture f;
    f.publish_on();
    f.stream.cut();
    for (unsigned index = 1; index <= 1000; ++index)
        f.live(paid_text(index, "FAILED", {attempt_text(index, "F")}), "n.r." + std::to_string(index) + ".1");
    CHECK(f.reader->paused());
    CHECK(f.sink.status().unacknowledged == sink::Sink::most_unacknowledged);
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());
    f.stream.connect();
    f.stream.serve();
    const auto call = f.call_since("n.r.256.1");
    CHECK_FALSE(f.sink.status().caught_up);
    f.answer(call, answer_text({paid_text(1000, "FAILED", {attempt_text(1000, "F")})}, "n.r.1000.1"));
    f.serve();
    CHECK(f.stream.messages.size() == 257);
    CHECK(*f.sink.status().position == "n.r.1000.1");
    CHECK(f.sink.status().caught_up);
}

TEST_CASE("large snapshots pause the reader by their size") {
    SinkFixture f;
    f.publish_on();
    f.stream.cut();
    const auto request = std::string(1'000'000, 'x');
    for (unsigned index = 1; index <= 20; ++index) {
        auto text = paid_text(index, "IN_FLIGHT", {attempt_text(index, "I")});
        text.replace(text.find(R"("payment_request":"")") + 19, 0, request);
        f.live(text, "n.r." + std::to_string(index) + ".0");
    }
    CHECK(f.reader->paused());
    CHECK(f.sink.status().unacknowledged == 17);
}

TEST_CASE("a snapshot that is too large goes without hops, and one that never fits is not left out") {
    SinkFixture f;
    f.publish_on();
    f.stream.fate = [](const jetstream::Message& message) {
        return message.body.find("chan_id") != std::string::npos ? Fate::too_large : Fate::store;
    };
    f.live(paid_text(1, "IN_FLIGHT", {attempt_text(1, "Ir")}), "n.r.1.0");
    f.serve();
    CHECK(f.stored(1) == Texts{"IN_FLIGHT 1Ir at n.r.0.0"});
    CHECK(FakeStream::header(f.stream.messages.back().message, "Trackpayments-Omitted") == "hops");

    f.stream.most = 100;
    f.live(paid_text(2, "IN_FLIGHT", {attempt_text(2, "I")}, 'b'), "n.r.2.0");
    f.live(paid_text(2, "FAILED", {attempt_text(2, "F")}, 'b'), "n.r.2.1");
    f.serve();
    CHECK(f.stored(2, 'b').empty());
    CHECK(*f.sink.status().position == "n.r.1.0");
    CHECK_FALSE(f.sink.status().problem.empty());
    CHECK(f.sink_log.size() == 2); // where it begins, and that one does not fit
    f.stream.most = 1'000'000;
    f.stream.cut();
    f.stream.connect();
    f.serve();
    CHECK(f.stored(2, 'b').size() == 2);
    CHECK(f.sink.status().problem.empty());
    CHECK(*f.sink.status().position == "n.r.2.1");
}

TEST_CASE("other payments go on behind one that does not fit, and it fits after the limit was raised") {
    SinkFixture f;
    f.publish_on();
    f.stream.fate = [](const jetstream::Message& message) {
        return message.subject == SinkFixture::subject(1) ? Fate::too_large : Fate::store;
    };
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}), "n.r.1.1");
    for (unsigned index = 2; index <= 1000; ++index) {
        f.live(paid_text(index, "FAILED", {attempt_text(index, "F")}, 'b'), "n.r.1." + std::to_string(index));
        f.stream.serve();
    }
    CHECK(f.stream.messages.size() == 999);
    CHECK_FALSE(f.reader->paused());
    CHECK(*f.sink.status().position == "n.r.0.0");
    CHECK(f.sink.status().unacknowledged == 1);
    CHECK(f.sink.status().problem.starts_with("payment " + unit::hash_text() + " cannot be published: "));
    for (const auto& one : f.stream.messages)
        CHECK(FakeStream::header(one.message, "Trackpayments-Cursor") == "n.r.0.0");

    f.stream.fate = [](const jetstream::Message&) { return Fate::store; };
    f.stream.cut(); // sooner than the retry
    f.stream.connect();
    f.serve();
    CHECK(f.stored(1).size() == 1);
    CHECK(*f.sink.status().position == "n.r.1.1000");
}

TEST_CASE("a payment that did not fit is whole when the server takes larger messages, and is not refused for ever") {
    for (const bool cut : {false, true}) {
        SinkFixture f;
        f.publish_on();
        std::size_t tries = 0;
        f.stream.fate = [&](const jetstream::Message&) { return ++tries == 3 && cut ? Fate::refuse : Fate::too_large; };
        f.live(paid_text(1, "IN_FLIGHT", {attempt_text(1, "Ir")}), "n.r.1.0");
        f.stream.serve();
        CHECK(f.stored(1).empty());
        f.stream.fate = [](const jetstream::Message&) { return Fate::store; };
        f.stream.cut();
        f.stream.connect();
        f.serve();
        REQUIRE(f.stored(1).size() == 1);
        CHECK(FakeStream::header(f.stream.messages.back().message, "Trackpayments-Omitted") == "none");
    }
}

TEST_CASE("a repetition of an older message, or of a deleted one, is no proof that the state is stored") {
    SinkFixture f;
    f.publish_on();
    const auto failed = paid_text(1, "FAILED", {attempt_text(1, "F")});
    f.live(failed, "n.r.1.1");
    f.serve();
    // The payment was in flight with another attempt, whose row is deleted.
    f.stream.add({SinkFixture::subject(1),
                  {{"Nats-Msg-Id", "x"}, {"Trackpayments-Status", "IN_FLIGHT"}, {"Trackpayments-Attempts", "1F,2I"}},
                  "{}"});
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}, 'a', "1600000001"), "n.r.2.2");
    f.serve();
    REQUIRE(f.stored(1).size() == 3);
    CHECK(f.stored(1)[2].starts_with("FAILED 1F at "));

    // The acknowledgement of that other id is lost, for longer than the server remembers ids.
    f.stream.add({SinkFixture::subject(1),
                  {{"Nats-Msg-Id", "y"}, {"Trackpayments-Status", "IN_FLIGHT"}, {"Trackpayments-Attempts", "1F,3I"}},
                  "{}"});
    f.stream.fate = [](const jetstream::Message& message) {
        return FakeStream::header(message, "Nats-Msg-Id").find('-') == std::string::npos ? Fate::store : Fate::lose_ack;
    };
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}, 'a', "1600000002"), "n.r.3.3");
    f.serve();
    CHECK(f.stored(1).size() == 5);
    f.stream.remembers_ids = false;
    f.stream.fate = [](const jetstream::Message&) { return Fate::store; };
    f.stream.connect();
    f.serve();
    CHECK(f.stored(1).size() == 5);

    // A purge.
    f.stream.remembers_ids = true;
    f.stream.messages.resize(0);
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}, 'a', "1600000003"), "n.r.4.4");
    f.serve();
    CHECK(f.stored(1).size() == 1);
}

TEST_CASE("a correction that came while the reader was paused is stored") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}), "n.r.1.1");
    f.serve();
    f.stream.cut();
    for (unsigned index = 2; index <= 300; ++index)
        f.live(paid_text(index, "FAILED", {attempt_text(index, "F")}), "n.r." + std::to_string(index) + ".1");
    REQUIRE(f.reader->paused());
    f.stream.connect();
    f.stream.serve();
    f.answer(f.call_since("n.r.257.1"), answer_text({paid_text(1, "FAILED", {attempt_text(1, "F15r")})}, "n.r.300.1"));
    f.serve();
    CHECK(f.stored(1).back().starts_with("FAILED 1F15r at "));
}

TEST_CASE("a live correction is published, a repetition by a tracker that knows less is not") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(1, "FAILED", {attempt_text(1, "Fr")}), "n.r.1.1");
    f.serve();
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F15r")}), "n.r.1.2");
    f.serve();
    f.live(paid_text(1, "FAILED", {attempt_text(1, "F")}), "n.s.1.2");
    f.answer(f.call_since("n.r.1.2"), answer_text({}, "n.s.1.2"));
    f.answer(f.call("{}"), answer_text({}, "n.s.1.2"));
    f.serve();
    CHECK(f.stored(1) == Texts{"FAILED 1Fr at n.r.0.0", "FAILED 1F15r at n.r.1.1"});
}

TEST_CASE("a message of somebody else on the payment's subject does not stop it") {
    SinkFixture f;
    f.publish_on();
    f.stream.add({SinkFixture::subject(1), {{"Trackpayments-Status", "SUCCEEDED"}}, "{}"});
    f.live(paid_text(1, "IN_FLIGHT", {attempt_text(1, "I")}), "n.r.1.0");
    f.serve();
    REQUIRE(f.stored(1).size() == 2);
    CHECK(f.stored(1)[1] == "IN_FLIGHT 1I at n.r.0.0");
}

} // namespace sink_test

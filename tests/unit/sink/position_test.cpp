// Where a sink begins: the stream says it. And payments whose rows are gone, or whose index has moved.
#include "sink_fixture.hpp"

namespace position_test {

using unit::answer_text;
using unit::attempt_text;
using unit::FakeStream;
using unit::paid_text;
using unit::SinkFixture;
using Texts = std::vector<std::string>;

namespace {

/// A message as a sink stored it.
jetstream::Message stored(unsigned index, const std::string& status, const std::string& attempts,
                          const std::string& cursor, char digit = 'a') {
    return {SinkFixture::subject(index, digit),
            {{"Nats-Msg-Id", "id" + std::to_string(index)},
             {"Trackpayments-Status", status},
             {"Trackpayments-Attempts", attempts},
             {"Trackpayments-Cursor", cursor}},
            "{}"};
}

const std::string about_hash = R"({"payment_hash":")" + unit::hash_text() + R"("})";

/// The stream has a payment in flight that the restarted tracker does not show. Gives the question about it.
unit::Call lose_from_table(SinkFixture& f) {
    f.publish_on();
    f.live(paid_text(5, "IN_FLIGHT", {attempt_text(5, "I")}), "n.r.5.0");
    f.serve();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.5.0"), answer_text({}, "n.s.5.0"));
    f.answer(f.call("{}"), answer_text({}, "n.s.5.0"));
    return f.call(about_hash);
}

} // namespace

TEST_CASE("the node's last message gives the position, and what the stream has already is not stored again") {
    SinkFixture f;
    f.stream.add(stored(1, "SUCCEEDED", "1Sr", "n.q.0.0"));
    f.stream.add(stored(2, "IN_FLIGHT", "2Ir", "n.q.1.1", 'b'));
    f.begin();
    f.stream.connect();
    f.connect();
    f.answer(f.call("{}"), answer_text({}, "n.r.9.9"));
    f.stream.serve();
    // From the low-water mark on: the first payment is repeated, and knows less.
    f.answer(f.call_since("n.q.1.1"), answer_text({paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}),
                                                   paid_text(2, "FAILED", {attempt_text(2, "F")}, 'b'),
                                                   paid_text(3, "SUCCEEDED", {attempt_text(3, "S")}, 'c')},
                                                  "n.r.9.9"));
    f.serve();
    f.answer(f.call("{}"), answer_text({}, "n.r.9.9"));
    f.serve();
    CHECK(f.stored(1).size() == 1);
    CHECK(f.stored(2, 'b') == Texts{"IN_FLIGHT 2Ir at n.q.1.1", "FAILED 2F at n.q.1.1"});
    CHECK(f.stored(3, 'c').size() == 1);
    CHECK(f.sink.status().already_stored == 1);
    CHECK(*f.sink.status().position == "n.r.9.9");
}

TEST_CASE("with nothing in the stream a node begins now, or at its beginning") {
    for (const bool from_beginning : {false, true}) {
        SinkFixture f;
        f.begin(from_beginning);
        f.connect();
        f.answer(f.call("{}"), answer_text({paid_text(7, "IN_FLIGHT", {attempt_text(7, "I")}, '7')}, "n.r.9.9"));
        REQUIRE(unit::until(f.loop, [&] { return f.reader->following(); }));
        f.live(paid_text(8, "IN_FLIGHT", {attempt_text(8, "I")}, '8'), "n.r.10.9"); // before the server is there
        f.stream.connect();
        f.stream.serve();
        if (from_beginning) {
            f.answer(f.call_since("n.r.0.0"),
                     answer_text({paid_text(1, "FAILED", {attempt_text(1, "F")}, '1')}, "n.r.10.9"));
            f.stream.serve();
            f.answer(f.call("{}"), answer_text({paid_text(7, "IN_FLIGHT", {attempt_text(7, "I")}, '7'),
                                                paid_text(8, "IN_FLIGHT", {attempt_text(8, "I")}, '8')},
                                               "n.r.10.9"));
        }
        f.serve();
        CHECK(f.stored(1, '1').size() == (from_beginning ? 1 : 0));
        CHECK(f.stored(7, '7').size() == 1);
        CHECK(f.stored(8, '8').size() == 1);
        CHECK(*f.sink.status().position == "n.r.10.9");
        CHECK(f.stored(7, '7')[0] == (from_beginning ? "IN_FLIGHT 7I at n.r.10.9" : "IN_FLIGHT 7I at n.r.9.9"));
    }
}

TEST_CASE("a last message without a position: all payments are looked at, and none is stored twice") {
    SinkFixture f;
    f.stream.add(stored(1, "SUCCEEDED", "1S", "n.q.0.0"));
    f.stream.add({SinkFixture::subject(2, 'b'), {{"Trackpayments-Cursor", "a\"b"}}, "x"});
    f.begin();
    f.stream.connect();
    f.stream.serve();
    f.connect();
    f.answer(f.call("{}"), answer_text({}, "n.r.9.9"));
    unit::settle(f.loop);
    f.answer(f.call_since("n.r.0.0"), answer_text({paid_text(1, "SUCCEEDED", {attempt_text(1, "S")})}, "n.r.9.9"));
    f.serve();
    CHECK(f.stored(1).size() == 1);
    CHECK(f.sink_log.size() == 1);
}

TEST_CASE("a server that lost what it had acknowledged gets it again, and nothing twice") {
    SinkFixture f;
    f.publish_on();
    for (unsigned index = 1; index <= 4; ++index) {
        const auto digit = static_cast<char>('0' + index);
        f.live(paid_text(index, "SUCCEEDED", {attempt_text(index, "S")}, digit), "n.r.9." + std::to_string(index));
        f.serve();
    }
    f.stream.messages.resize(2); // its power failed
    f.stream.remembers_ids = false;
    f.stream.cut();
    f.live(paid_text(5, "IN_FLIGHT", {attempt_text(5, "I")}, '5'), "n.r.10.4");
    f.stream.connect();
    f.stream.serve();
    // The position of the second message: the first was stored before it.
    f.answer(f.call_since("n.r.9.1"), answer_text({paid_text(2, "SUCCEEDED", {attempt_text(2, "S")}, '2'),
                                                   paid_text(3, "SUCCEEDED", {attempt_text(3, "S")}, '3'),
                                                   paid_text(4, "SUCCEEDED", {attempt_text(4, "S")}, '4')},
                                                  "n.r.10.4"));
    f.serve();
    f.answer(f.call("{}"), answer_text({paid_text(5, "IN_FLIGHT", {attempt_text(5, "I")}, '5')}, "n.r.10.4"));
    f.serve();
    for (unsigned index = 1; index <= 5; ++index)
        CHECK(f.stored(index, static_cast<char>('0' + index)).size() == 1);
    CHECK(f.sink.status().caught_up);
    CHECK(f.sink_log.size() == 3); // begins, lost messages, goes back

    f.stream.cut(); // nothing is lost this time
    f.stream.connect();
    f.serve();
    CHECK(f.node.calls.empty());
    CHECK(f.sink_log.size() == 3);
}

TEST_CASE("a stream that was deleted and made again gets what this run has published") {
    for (const bool noticed_at_connection : {true, false}) {
        SinkFixture f;
        f.publish_on();
        for (unsigned index = 1; index <= 3; ++index) {
            const auto digit = static_cast<char>('0' + index);
            f.live(paid_text(index, "SUCCEEDED", {attempt_text(index, "S")}, digit), "n.r.9." + std::to_string(index));
            f.serve();
        }
        f.stream.messages.clear();
        f.stream.remembers_ids = false;
        f.stream.created = 2;
        const auto fourth = paid_text(4, "SUCCEEDED", {attempt_text(4, "S")}, '4');
        if (noticed_at_connection) {
            f.stream.cut();
            f.stream.connect();
            f.stream.serve();
        } else {
            f.live(fourth, "n.r.9.4");
            f.stream.serve();
            CHECK(f.stream.messages.size() == 1);
            CHECK(f.stream.limits_refreshed == 1);
            REQUIRE(unit::until(f.loop, [&] { return !f.node.calls.empty(); }));
        }
        f.answer(f.call_since("n.r.0.0"), answer_text({paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}, '1'),
                                                       paid_text(2, "SUCCEEDED", {attempt_text(2, "S")}, '2'),
                                                       paid_text(3, "SUCCEEDED", {attempt_text(3, "S")}, '3'), fourth},
                                                      "n.r.9.4"));
        f.serve();
        f.answer(f.call("{}"), answer_text({}, "n.r.9.4"));
        f.serve();
        for (unsigned index = 1; index <= 4; ++index)
            CHECK(f.stored(index, static_cast<char>('0' + index)).size() == 1);
        CHECK(f.sink.status().caught_up);
    }
}

TEST_CASE("a stream that was made again and has newer messages of the node gets all payments") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}, '1'), "n.r.9.1");
    f.serve();
    f.stream.messages.clear();
    f.stream.created = 2;
    f.live(paid_text(2, "SUCCEEDED", {attempt_text(2, "S")}, '2'), "n.r.9.2");
    f.live(paid_text(3, "SUCCEEDED", {attempt_text(3, "S")}, '3'), "n.r.9.3");
    f.stream.serve();
    CHECK(f.stream.messages.size() == 2);
    f.stream.cut(); // before the stream was looked at
    f.stream.connect();
    f.stream.serve();
    f.answer(f.call_since("n.r.0.0"), answer_text({paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}, '1')}, "n.r.9.3"));
    f.serve();
    CHECK(f.stored(1, '1').size() == 1);
}

TEST_CASE("a purge is no loss: publishing goes on") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}), "n.r.1.1");
    f.serve();
    f.stream.messages.clear();
    f.stream.cut();
    f.stream.connect();
    f.serve();
    CHECK(f.node.calls.empty());
    CHECK(f.sink.status().caught_up);
}

TEST_CASE("a server that lost what was only seen there gets it again") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}, '1'), "n.r.9.1");
    f.serve();
    f.stream.fate = [](const jetstream::Message&) { return FakeStream::Fate::lose_ack; };
    f.live(paid_text(2, "SUCCEEDED", {attempt_text(2, "S")}, '2'), "n.r.9.2");
    f.serve();
    f.stream.fate = [](const jetstream::Message&) { return FakeStream::Fate::store; };
    f.stream.remembers_ids = false;
    f.stream.connect();
    f.serve();
    CHECK(f.sink.status().already_stored == 1);
    f.stream.forget(1);
    f.stream.cut();
    f.stream.connect();
    f.serve();
    CHECK(f.node.calls.size() == 1); // since the position of the first
}

TEST_CASE("deletions are published below the payment's subject, also those from before the position was known") {
    SinkFixture f;
    f.stream.add(stored(1, "FAILED", "1F", "n.q.1.1"));
    f.begin();
    f.connect();
    f.answer(f.call("{}"), answer_text({}, "n.r.9.9"));
    REQUIRE(unit::until(f.loop, [&] { return f.reader->following(); }));
    const std::string params = R"({"trackpayments_deleted":{"payment_hash":")" + unit::hash_text() +
                               R"(","payment_index":"1","attempt_ids":["1"],"remaining":0},"cursor":"n.r.9.9"})";
    f.sink.deleted(params);
    f.sink.deleted("{}");
    CHECK(f.sink_log.size() == 1);
    f.stream.connect();
    f.stream.serve();
    f.answer(f.call_since("n.q.1.1"), answer_text({}, "n.r.9.9"));
    f.serve();
    const auto below = f.stream.of(SinkFixture::subject(1) + ".deleted");
    REQUIRE(below.size() == 1);
    CHECK(below[0].message.body ==
          R"({"payment_hash":")" + unit::hash_text() + R"(","payment_index":"1","attempt_ids":["1"],"remaining":0})");
}

TEST_CASE("many deletions before the tracker's first answer do not keep the reader from asking") {
    for (const bool from_beginning : {false, true}) {
        SinkFixture f;
        f.begin(from_beginning);
        f.stream.connect();
        f.stream.serve();
        for (unsigned index = 1; index <= 300; ++index)
            f.sink.deleted(R"({"trackpayments_deleted":{"payment_hash":")" + unit::hash_text() +
                           R"(","payment_index":")" + std::to_string(index) +
                           R"(","attempt_ids":["1"],"remaining":0},"cursor":"n.r.9.9"})");
        f.serve();
        CHECK(f.stream.messages.empty()); // as the node's last message each would need a position
        f.connect();
        f.answer(f.call("{}"), answer_text({}, "n.r.9.9"));
        if (from_beginning) {
            f.answer(f.call_since("n.r.0.0"), answer_text({}, "n.r.9.9"));
            f.answer(f.call("{}"), answer_text({}, "n.r.9.9"));
        }
        REQUIRE(unit::until(f.loop, [&] { return f.reader->following(); }));
        f.serve();
        CHECK(f.stream.messages.size() == 300);
        CHECK(f.sink.status().caught_up);
        for (const auto& one : f.stream.messages)
            CHECK(FakeStream::header(one.message, "Trackpayments-Cursor") != "none");
    }
}

TEST_CASE("a position that the tracker refuses: all payments are looked at, and no end is missing") {
    SinkFixture f;
    f.reader->begin_anew_at_beginning(); // as the plugin does
    f.stream.add(stored(1, "SUCCEEDED", "1S", "n.q.99.99"));
    f.begin();
    f.stream.connect();
    f.stream.serve();
    f.connect();
    // The node's database was restored, and has other payments since.
    f.refuse(f.call_since("n.q.99.99"), -32602, "ahead");
    f.answer(f.call("{}"), answer_text({}, "n.r.3.2"));
    f.answer(f.call_since("n.r.0.0"), answer_text({paid_text(1, "SUCCEEDED", {attempt_text(1, "S")}),
                                                   paid_text(2, "FAILED", {attempt_text(2, "F")}, 'b')},
                                                  "n.r.3.2"));
    f.answer(f.call("{}"), answer_text({paid_text(3, "IN_FLIGHT", {attempt_text(3, "I")}, 'c')}, "n.r.3.2"));
    f.serve();
    CHECK(f.stored(1).size() == 1);
    CHECK(f.stored(2, 'b').size() == 1);
    CHECK(f.stored(3, 'c').size() == 1);
    CHECK(f.sink.status().caught_up);
    CHECK(*f.sink.status().position == "n.r.3.2");
}

TEST_CASE("a payment that vanished, or goes on under another index, has its old subject closed") {
    SinkFixture f;
    f.publish_on();
    f.live(paid_text(5, "IN_FLIGHT", {attempt_text(5, "F"), attempt_text(6, "I")}), "n.r.6.0");
    f.serve();
    f.tracker("plugin_started");
    f.answer(f.call_since("n.r.6.0"), answer_text({}, "n.s.6.0"));
    f.answer(f.call("{}"), answer_text({paid_text(6, "IN_FLIGHT", {attempt_text(6, "I")})}, "n.s.6.0"));
    f.answer(f.call(about_hash), answer_text({paid_text(6, "IN_FLIGHT", {attempt_text(6, "I")})}, "n.s.6.0"));
    f.serve();
    CHECK(f.stored(6) == Texts{"IN_FLIGHT 6I at n.r.6.0"});
    REQUIRE(f.stored(5).size() == 2);
    CHECK(f.stored(5)[1].starts_with(R"({"payment_hash":")" + unit::hash_text() +
                                     R"(","payment_index":"5","attempt_ids":["5"],"remaining":0})"));
}

TEST_CASE("a payment that is missing from the table because it just ended is published as it is") {
    SinkFixture f;
    const auto asked = lose_from_table(f);
    f.answer(asked, answer_text({paid_text(5, "SUCCEEDED", {attempt_text(5, "S")})}, "n.s.5.0"));
    f.serve();
    f.live(paid_text(5, "SUCCEEDED", {attempt_text(5, "S")}), "n.s.5.1");
    f.serve();
    CHECK(f.stored(5).size() == 2);
}

TEST_CASE("updates that overtake the answer about a missing payment are newer than the answer") {
    SinkFixture f;
    const auto asked = lose_from_table(f);
    const auto failed = paid_text(5, "FAILED", {attempt_text(5, "F")});
    f.live(failed, "n.s.5.1");
    f.live(paid_text(5, "IN_FLIGHT", {attempt_text(5, "F"), attempt_text(6, "I")}), "n.s.6.1");
    f.answer(asked, answer_text({failed}, "n.s.5.1"));
    f.serve();
    CHECK(f.stored(5).size() == 3);
    CHECK(f.stored(5).back().starts_with("IN_FLIGHT 5F,6I"));
}

TEST_CASE("the answer to the newest question about a missing payment counts, whatever became of earlier ones") {
    SinkFixture f;
    const auto first = lose_from_table(f);
    f.tracker("plugin_started");
    f.answer(f.call_since("n.s.5.0"), answer_text({}, "n.t.5.0"));
    f.answer(f.call("{}"), answer_text({}, "n.t.5.0"));
    const auto second = f.call(about_hash);
    f.refuse(first, -4, "not running");
    f.refuse(second, 208, "unknown");
    f.serve();
    REQUIRE(f.stored(5).size() == 2);
    CHECK(f.stored(5)[1].find(R"("remaining":0)") != std::string::npos);
}

TEST_CASE("an index that moved while the sink was away: the old subject is closed") {
    SinkFixture f;
    f.stream.add(stored(5, "IN_FLIGHT", "5F,6I", "n.q.6.0"));
    f.begin();
    f.stream.connect();
    f.connect();
    f.answer(f.call("{}"), answer_text({}, "n.r.6.1"));
    f.stream.serve();
    const auto ended = paid_text(6, "SUCCEEDED", {attempt_text(6, "S")});
    f.answer(f.call_since("n.q.6.0"), answer_text({ended}, "n.r.6.1"));
    f.stream.serve();
    auto calls = std::vector{f.call("{}")};
    f.answer(calls[0], answer_text({}, "n.r.6.1"));
    f.answer(f.call(about_hash), answer_text({ended}, "n.r.6.1"));
    f.serve();
    CHECK(f.stored(6).size() == 1);
    REQUIRE(f.stored(5).size() == 2);
    CHECK(f.stored(5)[1].find(R"("attempt_ids":["5"])") != std::string::npos);
}

} // namespace position_test

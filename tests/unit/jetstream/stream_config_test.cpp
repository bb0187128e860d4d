#include "jetstream/stream_config.hpp"

#include <doctest/doctest.h>

namespace stream_config_test {

using jetstream::covers;
using jetstream::StreamConfig;

using Lines = std::vector<std::string>;

const jetstream::StreamWish wish{.name = "LIGHTNING", .subject = "lightning.*.payment.>"};

StreamConfig as_wished() {
    StreamConfig stream;
    stream.subjects = {wish.subject};
    stream.max_messages = stream.max_messages_per_subject = stream.max_bytes = stream.max_message_bytes = -1;
    return stream;
}

// The one difference, without the name of the stream.
std::string difference(const StreamConfig& stream, const jetstream::StreamWish& wished = wish) {
    const auto found = jetstream::differences(stream, wished);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].starts_with("the stream LIGHTNING "));
    return found[0].substr(std::string("the stream LIGHTNING ").size());
}

TEST_CASE("subjects that cover others") {
    for (const auto* pattern : {">", "lightning.>", "lightning.*.>", "*.*.*.>", "lightning.*.payment.>"})
        CHECK(covers(pattern, wish.subject));
    for (const auto* pattern : {"", "lightning", "lightning.*", "lightning.*.payment.*", "lightning.*.payment",
                                "lightning.*.invoice.>", "lightning.a.payment.>", "*.*.*"})
        CHECK_FALSE(covers(pattern, wish.subject));
    CHECK(covers("a.b", "a.b"));
    CHECK(covers("a.*", "a.b"));
    CHECK_FALSE(covers("a.b", "a.*"));
    CHECK_FALSE(covers("a.b.>", "a.b"));
    CHECK_FALSE(covers("a.b", "a.b.c"));
}

TEST_CASE("a stream as wished for has no differences") {
    CHECK(jetstream::differences(as_wished(), wish).empty());
    CHECK_FALSE(jetstream::unusable(as_wished(), wish).has_value());
}

TEST_CASE("each difference as a sentence") {
    auto stream = as_wished();
    auto three = wish;
    three.replicas = 3;
    CHECK(difference(stream, three) == "has 1 replica, not 3");
    stream.replicas = 5;
    CHECK(difference(stream, three) == "has 5 replicas, not 3");

    stream = as_wished();
    stream.subjects = {"lightning.>", "other"};
    CHECK(difference(stream) == "takes lightning.>, other, not only lightning.*.payment.>");

    stream = as_wished();
    stream.retention = StreamConfig::Retention::interest;
    CHECK(difference(stream) == "keeps a message only until its consumers have acknowledged it (retention interest)");
    stream.retention = StreamConfig::Retention::work_queue;
    CHECK(difference(stream) == "keeps a message only until one consumer has acknowledged it (retention workqueue)");

    stream = as_wished();
    stream.max_messages_per_subject = 1;
    CHECK(difference(stream) == "keeps only the last message of a subject, not all messages of a subject");
    stream.max_messages_per_subject = 10;
    auto last_only = wish;
    last_only.last_only = true;
    CHECK(difference(stream, last_only) ==
          "keeps only the last 10 messages of a subject, not only the last message of a subject");

    stream = as_wished();
    auto limited = wish;
    limited.max_age_s = 3'600;
    CHECK(difference(stream, limited) == "keeps messages without a limit of time, not for 1 hour");
    stream.max_age_ns = 90'000'000'000;
    CHECK(difference(stream, limited) == "keeps messages for 90 seconds, not for 1 hour");
    CHECK(difference(stream) == "keeps messages for 90 seconds, not without a limit of time");

    stream = as_wished();
    stream.max_bytes = 5'000;
    CHECK(difference(stream) == "keeps at most 5000 bytes, not without limit");
    stream = as_wished();
    stream.max_messages = 7;
    CHECK(difference(stream) == "keeps at most 7 messages");
    stream = as_wished();
    stream.in_memory = true;
    CHECK(difference(stream) == "is kept in memory, not in files");
    stream = as_wished();
    stream.refuses_when_full = true;
    CHECK(difference(stream) == "refuses messages when it is full, and does not delete the oldest ones");
    stream = as_wished();
    stream.refuses_per_subject = true;
    CHECK(difference(stream) == "refuses a message when its subject is full, and does not delete the oldest one");
}

TEST_CASE("streams into which nothing can be published") {
    auto stream = as_wished();
    stream.sealed = true;
    CHECK(jetstream::unusable(stream, wish) == "the stream LIGHTNING is sealed: it takes no messages");
    stream = as_wished();
    stream.subjects.clear();
    stream.mirror = true;
    CHECK(jetstream::unusable(stream, wish) ==
          "the stream LIGHTNING is a mirror of another stream: it takes no messages");
    stream = as_wished();
    stream.acknowledges = false;
    CHECK(jetstream::unusable(stream, wish) == "the stream LIGHTNING acknowledges no messages (no_ack)");
    stream = as_wished();
    stream.subjects = {"a", "lightning.b.>"};
    CHECK(jetstream::unusable(stream, wish) ==
          "the stream LIGHTNING takes a, lightning.b.>, and needs lightning.*.payment.>");
}

} // namespace stream_config_test

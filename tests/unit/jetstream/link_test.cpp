// A link and a real server: what is stored, what is refused.
#include "link_fixture.hpp"
#include "raw_client.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace link_test {

using jetstream::PublishError;
using unit::LinkFixture;

std::string header(const jetstream::Message& message, const std::string& name) {
    const auto found = std::ranges::find(message.headers, name, &jetstream::Header::name);
    return found == message.headers.end() ? "" : found->value;
}

TEST_CASE("a missing stream is created, and messages are acknowledged in order") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    CHECK(link.events == std::vector<std::string>{"ready"});
    CHECK(link.link->status().server == server.url());
    CHECK(link.link->status().differences.empty());
    CHECK(link.log.empty());
    CHECK_FALSE(link.last()->has_value());
    CHECK_FALSE(link.last("lightning.n.payment.>")->has_value());

    std::vector<std::uint64_t> sequences;
    for (int i = 0; i < 200; ++i)
        link.link->publish(LinkFixture::message("body", "lightning.n.payment.h." + std::to_string(i)), 0,
                           [&](const auto& result) { sequences.push_back(result ? result->sequence : 0); });
    REQUIRE(link.until([&] { return sequences.size() == 200; }));
    CHECK(std::ranges::is_sorted(sequences));
    CHECK(sequences.back() == 200);

    unit::RawClient raw(server.port());
    const auto info = raw.request("$JS.API.STREAM.INFO.LIGHTNING");
    CHECK(info.find("\"messages\":200") != std::string::npos);
    CHECK(info.find("\"subjects\":[\"lightning.*.payment.\\u003e\"]") != std::string::npos);
    CHECK(info.find("\"storage\":\"file\"") != std::string::npos);
    CHECK(info.find("\"max_msgs_per_subject\":-1") != std::string::npos);
}

TEST_CASE("the stream is created as the options wish") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.options.stream.last_only = true;
    link.options.stream.max_age_s = 7'200;
    link.options.stream.max_bytes = 1'000'000;
    link.start_ready();
    CHECK(link.link->status().differences.empty());
    unit::RawClient raw(server.port());
    const auto info = raw.request("$JS.API.STREAM.INFO.LIGHTNING");
    CHECK(info.find("\"max_msgs_per_subject\":1,") != std::string::npos);
    CHECK(info.find("\"max_age\":7200000000000,") != std::string::npos);
    CHECK(info.find("\"max_bytes\":1000000,") != std::string::npos);
    CHECK(info.find("\"discard\":\"old\"") != std::string::npos);
}

TEST_CASE("the last message of a subject is read with its headers, its place and its time") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    REQUIRE(link.publish(LinkFixture::message("older"), 0));
    auto newer = LinkFixture::message(std::string("new\0er", 6), unit::subject, "id 1");
    newer.headers.push_back({"Trackpayments-Status", "SUCCEEDED"});
    REQUIRE(link.publish(newer, 1));
    REQUIRE(link.publish(LinkFixture::message("", "lightning.m.payment.h.1"), 0));

    const auto exact = link.last();
    REQUIRE(exact->has_value());
    CHECK((*exact)->sequence == 2);
    CHECK((*exact)->message.subject == unit::subject);
    CHECK((*exact)->message.body == std::string("new\0er", 6));
    CHECK(header((*exact)->message, "Nats-Msg-Id") == "id 1");
    CHECK(header((*exact)->message, "Trackpayments-Status") == "SUCCEEDED");
    CHECK((*exact)->time_ns > 1'700'000'000'000'000'000);
    const auto any = link.last("lightning.n.payment.>");
    REQUIRE(any->has_value());
    CHECK((*any)->sequence == 2);
    const auto others = link.last("lightning.m.>");
    REQUIRE(others->has_value());
    CHECK((*others)->message.body.empty());
}

TEST_CASE("a message after another than the last one is a conflict, and nothing is stored") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    REQUIRE(link.publish(LinkFixture::message("a"), 0)->sequence == 1);
    for (const std::uint64_t after : {0U, 2U, 7U}) {
        const auto again = link.publish(LinkFixture::message("b"), after);
        REQUIRE_FALSE(again.has_value());
        CHECK(again.error().kind == PublishError::Kind::conflict);
    }
    CHECK((*link.last())->message.body == "a");
    CHECK(link.publish(LinkFixture::message("c"), 1)->sequence == 2);
    CHECK(link.publish(LinkFixture::message("d"), std::nullopt)->sequence == 3);
    CHECK(link.events == std::vector<std::string>{"ready"});
}

TEST_CASE("a repeated id is a duplicate") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    CHECK_FALSE(link.publish(LinkFixture::message("a", unit::subject, "same"), std::nullopt)->duplicate);
    const auto again = link.publish(LinkFixture::message("a", unit::subject, "same"), std::nullopt);
    REQUIRE(again.has_value());
    CHECK(again->duplicate);
    CHECK(again->sequence == 1);
}

TEST_CASE("a message above max_payload is too large, and its session goes on") {
    const unit::NatsServer server(std::string("max_payload: 2000\n") + unit::NatsServer::jetstream);
    LinkFixture link(server.url());
    link.start_ready();
    const auto most = link.link->most_bytes();
    CHECK(most > 1'500);
    CHECK(most < 2'000);
    CHECK(link.publish(LinkFixture::message(std::string(most, 'x')), 0).has_value());
    for (const std::size_t size : {1'990UL, 2'500UL, 10'000'000UL}) {
        const auto large = link.publish(LinkFixture::message(std::string(size, 'x')), 1);
        REQUIRE_FALSE(large.has_value());
        CHECK(large.error().kind == PublishError::Kind::too_large);
    }
    CHECK(link.publish(LinkFixture::message("small"), 1).has_value());
    CHECK(link.events == std::vector<std::string>{"ready"});
}

TEST_CASE("a message above the stream's own limit is too large") {
    const unit::NatsServer server;
    unit::RawClient raw(server.port());
    raw.request("$JS.API.STREAM.CREATE.LIGHTNING",
                R"({"name":"LIGHTNING","subjects":["lightning.*.payment.>"],"max_msg_size":1000})");
    LinkFixture link(server.url());
    link.start_ready();
    CHECK(link.link->most_bytes() < 1'000);
    CHECK(link.publish(LinkFixture::message(std::string(link.link->most_bytes(), 'x')), 0).has_value());
    const auto large = link.publish(LinkFixture::message(std::string(999, 'x')), 1);
    REQUIRE_FALSE(large.has_value());
    CHECK(large.error().kind == PublishError::Kind::too_large);
    CHECK(link.events == std::vector<std::string>{"ready"});
}

TEST_CASE("a call without a session is answered in a later turn") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    const auto sent = link.publish(LinkFixture::message("a"), 0);
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error().kind == PublishError::Kind::lost);
    CHECK_FALSE(link.last().has_value());
    link.stop();
}

TEST_CASE("stop waits for the acknowledgements of what was sent") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    int stored = 0;
    for (int i = 0; i < 50; ++i)
        link.link->publish(LinkFixture::message("body", "lightning.n.payment.h." + std::to_string(i)), 0,
                           [&](const auto& result) { stored += result ? 1 : 0; });
    link.stop();
    CHECK(stored == 50);
    CHECK(link.events == std::vector<std::string>{"ready"});
    CHECK_FALSE(link.publish(LinkFixture::message("late"), 0).has_value());
}

TEST_CASE("a link may be destroyed in the answer to a call") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    bool answered = false;
    for (int i = 0; i < 3; ++i)
        link.link->publish(LinkFixture::message("a"), std::nullopt, [&](const auto&) {
            CHECK_FALSE(answered);
            answered = true;
            link.link.reset();
        });
    CHECK(link.until([&] { return answered; }));
    unit::settle(link.loop);
}

} // namespace link_test

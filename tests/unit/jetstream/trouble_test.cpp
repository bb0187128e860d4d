// What goes wrong with servers and streams: each has one line in the log, and the link goes on when it is mended.
#include "link_fixture.hpp"
#include "raw_client.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace trouble_test {

using jetstream::PublishError;
using unit::LinkFixture;

using Lines = std::vector<std::string>;

const std::string create = "$JS.API.STREAM.CREATE.LIGHTNING";

TEST_CASE("a killed server: calls are lost, and the link works when it is back") {
    unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    REQUIRE(link.publish(LinkFixture::message("a"), 0));
    Lines answers;
    server.kill();
    link.link->publish(LinkFixture::message("b"), 1, [&](const auto& result) {
        answers.push_back(result ? "stored" : result.error().kind == PublishError::Kind::lost ? "lost" : "refused");
        answers.insert(answers.end(), link.events.begin(), link.events.end());
    });
    link.link->last(unit::subject, [&](const auto& found) { answers.push_back(found ? "found" : "no answer"); });
    REQUIRE(link.until([&] { return link.events == Lines{"ready", "lost"}; }));
    CHECK(answers == Lines{"lost", "ready", "no answer"}); // each before lost()
    CHECK_FALSE(link.link->status().connected);
    REQUIRE(link.until([&] { return link.problem().starts_with("cannot connect to " + server.url() + ": "); }));

    server.start(unit::NatsServer::jetstream);
    link.wait_ready();
    CHECK(link.link->status().problem.empty());
    CHECK(link.log.size() == 1);
    CHECK((*link.last())->message.body == "a");
    REQUIRE(link.publish(LinkFixture::message("b"), 1));
    REQUIRE(link.log.size() == 2);
    CHECK(link.log[0].starts_with("not publishing: "));
    CHECK(link.log[0].ends_with("; trying again"));
    CHECK(link.log[1] == "publishing again");
}

TEST_CASE("no server at the start") {
    std::string url;
    {
        const unit::NatsServer server;
        url = server.url();
    }
    LinkFixture link(url);
    link.start();
    CHECK(link.problem() == "cannot connect to " + url + ": no server answers there");
    CHECK(link.events.empty());
    CHECK(link.log == Lines{"not publishing: " + link.problem() + "; trying again"});
    link.stop();
}

TEST_CASE("a name that nobody knows") {
    const std::string url = "nats://no-such-server.invalid:4222";
    LinkFixture link(url);
    link.options.insecure = true;
    link.start();
    const auto problem = link.problem();
    const bool known = problem == "cannot connect to " + url + ": the name no-such-server.invalid is not known";
    const bool asked = problem.starts_with("cannot connect to " + url +
                                           ": the name no-such-server.invalid cannot be looked up ("); // no network
    CHECK_MESSAGE((known || asked), problem);
}

TEST_CASE("of several servers, one that works is enough") {
    std::string gone;
    {
        const unit::NatsServer server;
        gone = server.url();
    }
    unit::NatsServer first;
    unit::NatsServer second;
    LinkFixture link(gone);
    link.options.urls = {gone, first.url(), second.url()};
    link.start_ready();
    CHECK(link.link->status().server == first.url());
    first.kill();
    REQUIRE(link.until([&] { return link.events.size() == 2; }));
    link.wait_ready();
    CHECK(link.link->status().server == second.url());
}

TEST_CASE("a full stream that keeps its oldest messages") {
    const unit::NatsServer server;
    unit::RawClient raw(server.port());
    const std::string config = R"("name":"LIGHTNING","subjects":["lightning.*.payment.>"],"discard":"new","max_msgs":)";
    raw.request(create, "{" + config + "2}");
    LinkFixture link(server.url());
    link.start_ready();
    REQUIRE(link.publish(LinkFixture::message("a"), 0));
    REQUIRE(link.publish(LinkFixture::message("b"), 1));
    const Lines differences = {
        "the stream LIGHTNING keeps at most 2 messages",
        "the stream LIGHTNING refuses messages when it is full, and does not delete the oldest ones"};
    CHECK(link.link->status().differences == differences);
    CHECK(link.log == differences);
    link.log.clear();

    for (int i = 0; i < 3; ++i) { // each ends a session
        const auto refused = link.publish(LinkFixture::message("c"), 2);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().kind == PublishError::Kind::lost);
        link.wait_ready();
        CHECK(link.link->status().problem == "the stream LIGHTNING is full (maximum messages exceeded)");
        CHECK(link.last()->has_value()); // it can still be read
    }
    CHECK(link.log == Lines{"not publishing: the stream LIGHTNING is full (maximum messages exceeded); trying again"});

    raw.request("$JS.API.STREAM.UPDATE.LIGHTNING", "{" + config + "3}");
    CHECK(link.publish(LinkFixture::message("c"), 2).has_value());
    CHECK(link.link->status().problem.empty());
    REQUIRE(link.log.size() >= 2);
    CHECK(link.log[1] == "publishing again");
}

TEST_CASE("a deleted stream is created again") {
    const unit::NatsServer server;
    LinkFixture link(server.url());
    link.start_ready();
    REQUIRE(link.publish(LinkFixture::message("a"), 0));
    unit::RawClient raw(server.port());
    raw.request("$JS.API.STREAM.DELETE.LIGHTNING");
    const auto refused = link.publish(LinkFixture::message("b"), 1);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == PublishError::Kind::lost);
    CHECK(refused.error().message == "the stream LIGHTNING does not answer: it was deleted, or it has no leader");
    link.wait_ready();
    CHECK_FALSE(link.last()->has_value());
    CHECK(link.publish(LinkFixture::message("b"), 0)->sequence == 1);
    CHECK(link.events == Lines{"ready", "lost", "ready"});
    CHECK(link.log.size() == 2);
}

TEST_CASE("a server without JetStream") {
    unit::NatsServer server("");
    LinkFixture link(server.url());
    link.start();
    CHECK(link.problem() == "JetStream is not enabled on the server");
    server.kill();
    server.start(unit::NatsServer::jetstream);
    link.wait_ready();
    CHECK(link.publish(LinkFixture::message("a"), 0).has_value());
    CHECK(link.log ==
          Lines{"not publishing: JetStream is not enabled on the server; trying again", "publishing again"});
}

TEST_CASE("streams that cannot be used") {
    const unit::NatsServer server;
    unit::RawClient raw(server.port());
    raw.request("$JS.API.STREAM.CREATE.OTHER", R"({"name":"OTHER","subjects":["other"]})");
    const std::vector<std::pair<std::string, std::string>> streams = {
        {R"("subjects":["lightning.a.payment.>"])", "takes lightning.a.payment.>, and needs lightning.*.payment.>"},
        {R"("subjects":["lightning.*.payment.>"],"no_ack":true)", "acknowledges no messages (no_ack)"},
        {R"("mirror":{"name":"OTHER"})", "is a mirror of another stream: it takes no messages"}};
    for (const auto& [config, problem] : streams) {
        REQUIRE(raw.request(create, R"({"name":"LIGHTNING",)" + config + "}").find("error") == std::string::npos);
        LinkFixture link(server.url());
        link.start();
        CHECK(link.problem() == "the stream LIGHTNING " + problem);
        raw.request("$JS.API.STREAM.DELETE.LIGHTNING");
        link.wait_ready();
        raw.request("$JS.API.STREAM.DELETE.LIGHTNING");
    }
}

TEST_CASE("another stream has the subjects") {
    const unit::NatsServer server;
    unit::RawClient raw(server.port());
    raw.request("$JS.API.STREAM.CREATE.OTHER", R"({"name":"OTHER","subjects":["lightning.>"]})");
    LinkFixture link(server.url());
    link.start();
    CHECK(link.problem() == "cannot create the stream LIGHTNING: subjects overlap with an existing stream");
}

TEST_CASE("a user who may not publish the subject, or not use the API") {
    const auto config = [](const std::string& allowed) {
        return std::string(unit::NatsServer::jetstream) +
               "authorization { users = [{user: a, password: b, permissions: {publish: " + allowed +
               "}}] }\nno_auth_user: a\n";
    };
    unit::NatsServer server(config(R"(["$JS.API.>"])"));
    LinkFixture link(server.url());
    link.start_ready();
    CHECK_FALSE(link.publish(LinkFixture::message("a"), 0).has_value());
    const auto publishing = link.problem();
    CHECK(publishing.find("Permissions Violation for Publish to \"lightning.n.payment.h.1\"") != std::string::npos);
    server.kill();
    server.start(config(R"(["lightning.>"])"));
    CHECK(link.until([&] {
        return link.link->status().problem.find("Permissions Violation for Publish to \"$JS.API.STREAM") !=
               std::string::npos;
    }));
    CHECK(link.log == Lines{"not publishing: " + publishing + "; trying again"});
}

TEST_CASE("a server that does not answer any more") {
    unit::NatsServer server;
    auto pace = LinkFixture::quick();
    pace.answer = std::chrono::milliseconds(300);
    LinkFixture link(server.url(), pace);
    link.start();
    link.wait_ready();
    server.hang();
    const auto lost = link.publish(LinkFixture::message("a"), 0);
    REQUIRE_FALSE(lost.has_value());
    CHECK(lost.error().kind == PublishError::Kind::lost);
    CHECK(lost.error().message == "the stream LIGHTNING did not acknowledge a message in time");
    server.unhang();
    // The server may have stored it in the meantime. Nothing is stored twice.
    tl::expected<jetstream::Ack, PublishError> again;
    do {
        link.wait_ready();
        again = link.publish(LinkFixture::message("a"), 0);
    } while (!again && again.error().kind == PublishError::Kind::lost);
    if (!again)
        CHECK(again.error().kind == PublishError::Kind::conflict);
    unit::RawClient raw(server.port());
    CHECK(raw.request("$JS.API.STREAM.INFO.LIGHTNING").find("\"messages\":1,") != std::string::npos);
}

} // namespace trouble_test

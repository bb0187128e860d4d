// `/metrics`: who may read it, and how it refuses.
#include "lndapi/metrics_access.hpp"
#include "service_fixture.hpp"

#include <doctest/doctest.h>

namespace metrics_endpoint_test {

using unit::FakeExchange;
using unit::ServiceFixture;

namespace {

struct Source final : lndapi::MetricsSource {
    std::vector<Reply> scrapes;
    bool at_once = true;
    void scrape(Reply reply) override {
        if (at_once)
            reply("page 1\n");
        else
            scrapes.push_back(std::move(reply));
    }
};

struct Fixture : ServiceFixture {
    Source source;

    explicit Fixture(bool open = false) {
        service.serve_metrics(source, open);
        REQUIRE(unit::until(loop, [this] { return client.up(); }));
    }

    std::unique_ptr<FakeExchange> get(http::Headers headers, const std::string& peer = "127.0.0.1",
                                      const std::string& verb = "GET") {
        auto exchange = std::make_unique<FakeExchange>();
        exchange->asked.method = verb;
        exchange->asked.path = "/metrics";
        exchange->asked.peer = peer;
        exchange->asked.headers = std::move(headers);
        return start(std::move(exchange));
    }
    /// `status body`
    std::string outcome(FakeExchange& exchange) {
        const auto body = answer(exchange);
        CHECK(FakeExchange::value(exchange.headers, "Content-Length") == std::to_string(body.size()));
        CHECK(FakeExchange::value(exchange.headers, "Content-Type").starts_with("text/plain"));
        return std::to_string(exchange.status) + " " + body;
    }
    static http::Header bearer(const std::string& value = rune) { return {"authorization", "Bearer " + value}; }
};

const http::Header here{"host", "localhost:8080"};
const std::string hint = ". Send a rune that permits trackpayments-status, as a bearer token\n";

} // namespace

TEST_CASE("a rune is taken as Prometheus sends it, and as clients of LND do") {
    Fixture fixture;
    for (const auto& header : {Fixture::bearer(), http::Header{"authorization", "bEARER   " + ServiceFixture::rune},
                               http::Header{"grpc-metadata-macaroon", ServiceFixture::rune}}) {
        const auto scrape = fixture.get({header}, "10.0.0.7");
        CHECK(fixture.outcome(*scrape) == "200 page 1\n");
        CHECK(FakeExchange::value(scrape->headers, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
        CHECK(scrape->permissions == 1);
    }
    REQUIRE(fixture.rune_checks.size() == 3);
    for (const auto& check : fixture.rune_checks) {
        CHECK(check["method"] == "trackpayments-status");
        CHECK(check["params"] == json::Tree::object());
    }
}

TEST_CASE("without a good rune the answer is 401, with one for something else 403") {
    Fixture fixture;
    const auto none = fixture.get({here});
    CHECK(fixture.outcome(*none) == "401 expected 1 macaroon, got 0" + hint);
    CHECK(FakeExchange::value(none->headers, "WWW-Authenticate") == "Bearer realm=\"trackpayments-lnd\"");
    CHECK(none->refusals == 1);
    for (const auto& odd : {http::Headers{{"authorization", "Basic " + ServiceFixture::rune}},
                            http::Headers{Fixture::bearer(""), Fixture::bearer()}, http::Headers{Fixture::bearer("zz")},
                            http::Headers{{"authorization", "Bearer"}}})
        CHECK(fixture.outcome(*fixture.get(odd)).starts_with("401 "));
    CHECK(fixture.rune_checks.empty());
    fixture.rune_error = {1501, "Not derived from master"};
    CHECK(fixture.outcome(*fixture.get({Fixture::bearer()})).starts_with("401 verification failed: "));
    fixture.rune_error = {1502, "Not permitted: method is not equal to listpeers"};
    const auto denied = fixture.get({Fixture::bearer()});
    CHECK(fixture.outcome(*denied) == "403 permission denied: Not permitted: method is not equal to listpeers" + hint);
    CHECK(FakeExchange::value(denied->headers, "WWW-Authenticate") == "(none)");
    CHECK(denied->refusals == 1);
    CHECK(fixture.service.counts().refused == 7);
    fixture.rune_error = {-32601, "Unknown command"};
    CHECK(fixture.outcome(*fixture.get({Fixture::bearer()})).starts_with("503 "));
    CHECK(fixture.service.counts().refused == 7);
}

TEST_CASE("an address that guesses is answered late") {
    Fixture fixture;
    auto exchange = std::make_unique<FakeExchange>();
    exchange->is_slowed = true;
    exchange->asked.method = "GET";
    exchange->asked.path = "/metrics";
    exchange->asked.peer = "10.0.0.7";
    const auto late = fixture.start(std::move(exchange));
    CHECK(late->status == 0);
    CHECK(fixture.outcome(*late).starts_with("401 "));
}

TEST_CASE("only if the option allows it, a client on this machine needs no rune") {
    Fixture closed;
    CHECK(closed.outcome(*closed.get({here})).starts_with("401 "));
    Fixture open(true);
    for (const auto* host : {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.3.2.1", "[::1]:8080", "[::1]"})
        CHECK_MESSAGE(open.outcome(*open.get({{"host", host}})) == "200 page 1\n", host);
    CHECK(open.outcome(*open.get({here}, "::1")) == "200 page 1\n");
    for (const auto* host :
         {"attacker.example", "attacker.example:8080", "localhost.attacker.example", "127.0.0.1.nip.io", "10.0.0.7", "",
          ":8080", "8080", "[::1", "[::2]", "localhost:x", "0.0.0.0:8080"})
        CHECK_MESSAGE(open.outcome(*open.get({{"host", host}})).starts_with("401 "), host);
    CHECK(open.outcome(*open.get({})).starts_with("401 "));
    CHECK(open.outcome(*open.get({here, here})).starts_with("401 "));
    CHECK(open.outcome(*open.get({here}, "10.0.0.7")).starts_with("401 "));
    for (const auto* proxy : {"x-forwarded-for", "x-forwarded-host", "forwarded", "via", "x-real-ip", "origin"})
        CHECK_MESSAGE(open.outcome(*open.get({here, {proxy, "127.0.0.1"}})).starts_with("401 "), proxy);
    auto by_websocket = std::make_unique<FakeExchange>(); // it has lost the headers of a proxy
    by_websocket->asked.method = "GET";
    by_websocket->asked.path = "/metrics";
    by_websocket->asked.peer = "127.0.0.1";
    by_websocket->asked.headers = {here};
    by_websocket->asked.websocket = true;
    CHECK(open.outcome(*open.start(std::move(by_websocket))).starts_with("401 "));
    CHECK(open.rune_checks.empty());
    CHECK(open.outcome(*open.get({Fixture::bearer(), here}, "10.0.0.7")) == "200 page 1\n");
}

TEST_CASE("before the tracker has answered there is a page") {
    Fixture fixture;
    fixture.tracker_error = {rpc::method_not_found, "Unknown command"};
    CHECK(fixture.reader.state() == consumer::State::waiting);
    CHECK(fixture.outcome(*fixture.get({Fixture::bearer()})) == "200 page 1\n");
}

TEST_CASE("a client that goes before the page is made harms nothing") {
    Fixture fixture(true);
    fixture.source.at_once = false;
    auto gone = fixture.get({here});
    const auto stays = fixture.get({here});
    REQUIRE(fixture.source.scrapes.size() == 2);
    CHECK(fixture.service.calls().size() == 2);
    CHECK(fixture.service.calls()[0].method == "/metrics");
    gone.reset();
    for (const auto& reply : fixture.source.scrapes)
        reply("late\n");
    CHECK(fixture.outcome(*stays) == "200 late\n");
    CHECK(fixture.service.counts().sent == 1);
}

TEST_CASE("only GET is served, and without metrics there is no such path") {
    Fixture fixture;
    const auto post = fixture.get({Fixture::bearer()}, "127.0.0.1", "POST");
    CHECK(fixture.outcome(*post) == "405 only GET is served here\n");
    CHECK(FakeExchange::value(post->headers, "Allow") == "GET");
    ServiceFixture without;
    CHECK(without.answer(*without.rest("/metrics")) == R"({"code":5,"message":"Not Found","details":[]})");
}

TEST_CASE("open streams are counted by method") {
    Fixture fixture;
    fixture.begin();
    const auto& track = lndapi::methods().front();
    CHECK(fixture.service.subscribers(track) == 0);
    const auto stream = fixture.rest("/v2/router/payments");
    (void)fixture.answer(*stream);
    CHECK(fixture.service.subscribers(track) == 1);
    stream->answer.reset();
    CHECK(fixture.service.subscribers(track) == 0);
}

} // namespace metrics_endpoint_test

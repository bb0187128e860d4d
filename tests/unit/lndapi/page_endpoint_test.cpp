// The live page: its files need no rune, and come with headers that keep other pages away from it.
#include "lndapi/page_endpoint.hpp"
#include "service_fixture.hpp"

#include <doctest/doctest.h>

namespace page_endpoint_test {

using unit::FakeExchange;
using unit::ServiceFixture;

namespace {

struct Fixture : ServiceFixture {
    std::unique_ptr<FakeExchange> ask(const std::string& path, const std::string& verb = "GET") {
        return start(asking(path, verb));
    }
    static std::unique_ptr<FakeExchange> asking(const std::string& path, const std::string& verb) {
        auto exchange = std::make_unique<FakeExchange>();
        exchange->asked.method = verb;
        exchange->asked.path = path;
        exchange->asked.query = "rune=x&x";
        exchange->asked.peer = "10.0.0.7";
        return exchange;
    }
};

void check_guards(const FakeExchange& exchange) {
    // The policy of the page's specification.
    CHECK(FakeExchange::value(exchange.headers, "Content-Security-Policy") ==
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri "
          "'none'; form-action 'none'; frame-ancestors 'none'");
    for (const auto& wanted : http::Headers{{"X-Content-Type-Options", "nosniff"},
                                            {"Referrer-Policy", "no-referrer"},
                                            {"Cache-Control", "no-store"},
                                            {"Cross-Origin-Opener-Policy", "same-origin"},
                                            {"Cross-Origin-Resource-Policy", "same-origin"}})
        CHECK_MESSAGE(FakeExchange::value(exchange.headers, wanted.name) == wanted.value, wanted.name);
}

} // namespace

TEST_CASE("the page and its files need no rune and no tracker") {
    Fixture fixture;
    fixture.held = "trackpayments";
    for (const auto& [path, type, begin] : {std::tuple{"/", "text/html; charset=utf-8", "<!"},
                                            {"/page.css", "text/css; charset=utf-8", ""},
                                            {"/page.js", "text/javascript; charset=utf-8", ""}}) {
        const auto file = fixture.ask(path);
        const auto body = fixture.answer(*file);
        CHECK(file->status == 200);
        CHECK(file->ended);
        CHECK(body.starts_with(begin));
        CHECK(body.size() > 10);
        CHECK(FakeExchange::value(file->headers, "Content-Type") == type);
        CHECK(FakeExchange::value(file->headers, "Content-Length") == std::to_string(body.size()));
        check_guards(*file);
    }
    CHECK(fixture.rune_checks.empty());
    CHECK(fixture.service.counts().sent == 0);
}

TEST_CASE("HEAD has the headers of GET, and other methods are refused") {
    Fixture fixture;
    for (const auto& file : lndapi::page_files()) {
        const std::string path(file.path);
        const auto get = fixture.ask(path);
        const auto head = fixture.ask(path, "HEAD");
        CHECK(head->status == get->status);
        for (const auto* name : {"Content-Type", "Content-Length", "Cache-Control"})
            CHECK(FakeExchange::value(head->headers, name) == FakeExchange::value(get->headers, name));
        for (const auto* verb : {"POST", "PUT", "DELETE", "OPTIONS", "get", "TRACE"}) {
            const auto refused = fixture.ask(path, verb);
            CHECK(fixture.answer(*refused) == "only GET and HEAD are served here\n");
            CHECK(refused->status == 405);
            CHECK(FakeExchange::value(refused->headers, "Allow") == "GET, HEAD");
            check_guards(*refused);
        }
    }
}

TEST_CASE("a browser that asks for an icon gets none, and no error") {
    Fixture fixture;
    const auto icon = fixture.ask("/favicon.ico");
    CHECK(icon->status == 204);
    CHECK(icon->without_body);
    check_guards(*icon);
}

TEST_CASE("other paths, WebSockets and gRPC are answered as LND does") {
    Fixture fixture;
    const std::string not_found = R"({"code":5,"message":"Not Found","details":[]})";
    for (const auto* path : {"/index.html", "//", "/page.js/", "/Page.js", "/web/page.js", "/../page.js"})
        CHECK_MESSAGE(fixture.answer(*fixture.ask(path)) == not_found, path);
    auto websocket = Fixture::asking("/", "GET");
    websocket->asked.websocket = true;
    const auto refused = fixture.start(std::move(websocket));
    CHECK(fixture.answer(*refused) == not_found);
    auto call = Fixture::asking("/", "POST");
    call->asked.http2 = true;
    call->asked.headers = {{"content-type", "application/grpc"}};
    const auto grpc = fixture.start(std::move(call));
    (void)fixture.answer(*grpc);
    CHECK(FakeExchange::value(grpc->headers, "grpc-status") == "12");
    CHECK(FakeExchange::value(grpc->headers, "content-type") == "application/grpc");
}

} // namespace page_endpoint_test

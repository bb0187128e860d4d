// `trackpayments-lnd link`: its parameters, the address of the page, and the rune that it asks for.
#include "plugin/trackpayments-lnd/page_link.hpp"

#include "fake_lightningd.hpp"
#include "json/text.hpp"
#include "until.hpp"

#include <doctest/doctest.h>

namespace page_link_test {

using namespace std::chrono;
using namespace trackpayments_lnd;

namespace {

/// Minutes, or the error's text; empty: no link.
std::string read(const std::string& params) {
    const auto time = link_time(json::parse(params).value());
    if (!time) {
        CHECK(time.error().code == -32602);
        return time.error().message;
    }
    return *time ? std::to_string((*time)->count()) : "";
}

std::string url(std::vector<std::string> addresses, bool tls = true) {
    return page_url({std::move(addresses), tls, {}}).value_or("none");
}

const std::string rune = std::string(42, 'A') + "A=";

struct Fixture {
    io::Loop loop;
    unit::FakeLightningd node{loop};
    std::vector<std::string> logged;
    rpc::Client client{loop, "lnd", "tag", [this](auto, const std::string& text) { logged.push_back(text); }};
    std::vector<std::string> known;
    PageLink link{loop, client, [this](const std::string& one) { known.push_back(one); }};
    std::vector<tl::expected<std::string, rpc::Error>> replies;

    void connect() {
        client.start(node.path(), [this] { link.connected(); });
        REQUIRE(unit::until(loop, [this] { return client.up(); }));
    }
    void make(const PageServer& server, minutes time = 60min) {
        link.make(time, server, [this](const auto& reply) { replies.push_back(reply); });
    }
    /// Of a link that cannot be made.
    std::string error() {
        REQUIRE(unit::until(loop, [this] { return !replies.empty(); }));
        REQUIRE_FALSE(replies.back());
        CHECK(replies.back().error().code == -1);
        return replies.back().error().message;
    }
    void answer(const std::string& result) {
        REQUIRE(unit::until(loop, [this] { return node.calls.size() == 1; }));
        node.answer(node.calls.front(), result);
    }
};

const PageServer here{{"127.0.0.1:8080"}, true, "ab:cd"};

} // namespace

TEST_CASE("only `link` makes a link, for 1 to 1440 minutes") {
    for (const auto* plain : {"{}", "[]", "null", R"({"action":null})"})
        CHECK(read(plain).empty());
    CHECK(read(R"(["link"])") == "60");
    CHECK(read(R"({"action":"link"})") == "60");
    CHECK(read(R"(["link",1])") == "1");
    CHECK(read(R"(["link","1440"])") == "1440");
    CHECK(read(R"({"action":"link","minutes":5})") == "5");
    CHECK(read(R"(["link",null])") == "60");
    for (const auto* out : {"0", "1441", "18446744073709551615"})
        CHECK(read("[\"link\"," + std::string(out) + "]") ==
              "minutes: should be 1 to 1440: invalid token '" + std::string(out) + "'");
    for (const auto* bad : {"-1", "1.5", "\"soon\"", "true", "[]"})
        CHECK(read("[\"link\"," + std::string(bad) + "]").starts_with("minutes: "));
    CHECK(read(R"(["links"])") == "action: should be 'link': invalid token '\"links\"'");
    for (const auto* bad : {"[\"\"]", "[1]", "[true]", R"({"action":["link"]})", R"(["LINK",5])"})
        CHECK_MESSAGE(read(bad).starts_with("action: should be 'link'"), bad);
    CHECK(read(R"({"minutes":5})") == "minutes: only with action 'link'");
    CHECK(read(R"([null,5])") == "minutes: only with action 'link'");
    CHECK(read(R"({"link":5})").starts_with("unknown parameter: link"));
    CHECK(read(R"(["link",5,6])").starts_with("too many parameters"));
}

TEST_CASE("the address is one that a browser on this machine reaches, if there is one") {
    CHECK(url({"127.0.0.1:8080"}) == "https://localhost:8080/");
    CHECK(url({"[::1]:8080"}) == "https://localhost:8080/");
    CHECK(url({"127.0.0.1:8080"}, false) == "http://localhost:8080/");
    CHECK(url({"10.0.0.5:1", "127.0.0.1:2", "[::1]:3"}) == "https://localhost:2/");
    CHECK(url({"0.0.0.0:8080"}) == "https://localhost:8080/");
    CHECK(url({"[::]:8080"}) == "https://localhost:8080/");
    CHECK(url({"10.0.0.5:1", "[::]:2"}) == "https://localhost:2/");
    CHECK(url({"10.0.0.5:1", "10.0.0.6:2"}) == "https://10.0.0.5:1/");
    CHECK(url({"[fd00::5]:1"}) == "https://[fd00::5]:1/");
    CHECK(url({"127.0.0.2:1"}) == "https://127.0.0.2:1/"); // localhost is another address
    CHECK(url({}) == "none");
}

TEST_CASE("the rune permits two methods for a time, and stands in the fragment alone") {
    Fixture f;
    f.connect();
    const auto before = floor<seconds>(system_clock::now().time_since_epoch()).count();
    f.make(here, 5min);
    f.answer(R"({"rune":)" + json::quote(rune) + R"(,"unique_id":"7","warning":"x"})");
    REQUIRE(unit::until(f.loop, [&] { return !f.replies.empty(); }));
    const auto after = floor<seconds>(system_clock::now().time_since_epoch()).count();
    const auto reply = json::parse(f.replies.front().value()).value();
    const auto end = reply["expires_at"].get<std::int64_t>();
    CHECK(end >= before + 300);
    CHECK(end <= after + 300);
    CHECK(reply == json::Tree{{"link", "https://localhost:8080/#rune=" + rune},
                              {"expires_at", end},
                              {"unique_id", "7"},
                              {"tls_fingerprint", "ab:cd"}});
    CHECK(f.node.calls.front().method == "createrune");
    CHECK(f.node.calls.front().params ==
          R"({"restrictions":[["method=trackpayments","method=getinfo"],["time<)" + std::to_string(end) + R"("]]})");
    CHECK(f.known == std::vector{rune});
    CHECK(f.logged.empty());
}

TEST_CASE("what lightningd does not say is left out") {
    Fixture f;
    f.connect();
    f.make({{"127.0.0.1:8080"}, false, {}});
    f.answer(R"({"rune":)" + json::quote(rune) + "}");
    REQUIRE(unit::until(f.loop, [&] { return !f.replies.empty(); }));
    const auto reply = json::parse(f.replies.front().value()).value();
    CHECK(reply.size() == 2);
    CHECK(reply["link"] == "http://localhost:8080/#rune=" + rune);
}

TEST_CASE("without REST there is no link, and lightningd is not asked") {
    Fixture f;
    f.connect();
    f.make({{}, true, "ab:cd"});
    CHECK(f.error().starts_with("REST does not listen: see option trackpayments-lnd-restlisten"));
    unit::settle(f.loop);
    CHECK(f.node.calls.empty());
}

TEST_CASE("why lightningd makes no rune is said") {
    for (const auto& [code, text, shown] :
         {std::tuple{-32601, "Unknown command 'createrune'", "this lightningd has no runes: it needs v23.11 or later"},
          std::tuple{-1, "no space", "createrune failed: no space"}}) {
        Fixture f;
        f.connect();
        f.make(here);
        REQUIRE(unit::until(f.loop, [&] { return f.node.calls.size() == 1; }));
        f.node.refuse(f.node.calls.front(), {code, text});
        CHECK(f.error() == shown);
    }
    for (const auto* result : {"{}", "[]", "7", R"({"rune":7})", R"({"rune":"a b"})", R"({"rune":"AAAA"})"}) {
        Fixture f;
        f.connect();
        f.make(here);
        f.answer(result);
        CHECK(f.error() == "createrune gave no rune");
        CHECK(f.known.empty());
    }
}

TEST_CASE("whoever asks a program that has just been started gets the link when it is connected") {
    Fixture f;
    f.make(here);
    f.make(here, 5min);
    CHECK(f.replies.empty());
    f.connect();
    REQUIRE(unit::until(f.loop, [&] { return f.node.calls.size() == 2; }));
    for (const auto& call : f.node.calls)
        f.node.answer(call, R"({"rune":)" + json::quote(rune) + "}");
    REQUIRE(unit::until(f.loop, [&] { return f.replies.size() == 2; }));
    for (const auto& reply : f.replies)
        CHECK(reply.has_value());
}

TEST_CASE("without a connection to lightningd there is an error") {
    Fixture f;
    f.link.set_time_to_connect(5ms);
    f.make(here);
    CHECK(f.error() == "not connected to lightningd");
    f.replies.clear();
    f.connect();
    f.make(here);
    REQUIRE(unit::until(f.loop, [&] { return f.node.calls.size() == 1; }));
    f.node.hang_up();
    CHECK(f.error() == "lightningd does not answer");
}

} // namespace page_link_test

#include "fake_lightningd.hpp"
#include "json/text.hpp"
#include "lndapi/rune_check.hpp"
#include "until.hpp"

#include <doctest/doctest.h>

#include <map>

namespace rune_check_test {

using namespace std::chrono_literals;
using lndapi::RuneCheck;
using lndapi::RuneMemory;

struct Fixture {
    io::Loop loop;
    unit::FakeLightningd node{loop};
    base::Log log = [](base::LogLevel, const std::string&) {};
    rpc::Client client{loop, "lnd", "tag", log};
    RuneCheck runes;
    std::vector<std::string> asked;             ///< runes
    int error = 0;                              ///< lightningd's code; 0: the rune is valid
    bool hold = false;                          ///< lightningd answers nothing
    std::map<std::string, std::string> answers; ///< by rune; `valid`, or the text of the refusal
    std::map<std::string, bool> slow;           ///< clients

    explicit Fixture(RuneCheck::Times times = {}) : runes(loop, client, times) {
        node.answers = [this](const unit::Call& call) -> std::optional<std::string> {
            asked.push_back(json::parse(call.params)->at("rune").get<std::string>());
            if (hold)
                return std::nullopt;
            return error != 0 ? rpc::error(call.id, {error, "no"}) : rpc::result(call.id, R"({"valid":true})");
        };
        client.start(node.path(), [] {});
        REQUIRE(unit::until(loop, [this] { return client.up(); }));
    }
    void ask(const std::string& rune, const std::string& from, std::function<bool()> wanted = nullptr) {
        runes.check(rune, "getinfo", "{}", {from, std::move(wanted), [this, from] { return slow[from]; }},
                    [this, rune](const std::optional<lndapi::Failure>& failure) {
                        answers[rune] = failure ? failure->status.message : "valid";
                    });
    }
    [[nodiscard]] std::string answer(const std::string& rune) {
        REQUIRE(unit::until(loop, [&] { return answers.contains(rune); }));
        return answers[rune];
    }
    void answer_held() {
        hold = false;
        for (const auto& call : std::exchange(node.calls, {}))
            node.answer(call, R"({"valid":true})");
    }
};

const std::string mismatch = "verification failed: signature mismatch after caveat verification";

TEST_CASE("clients take turns: many questions of one do not keep another waiting") {
    Fixture f;
    f.hold = true;
    for (int i = 0; i < 100; ++i)
        f.ask("a" + std::to_string(i), "10.0.0.1");
    f.ask("b", "10.0.0.2");
    REQUIRE(unit::until(f.loop, [&] { return f.asked.size() == RuneCheck::most_at_once; }));
    unit::settle(f.loop);
    CHECK(f.asked.size() == RuneCheck::most_at_once);
    f.answer_held();
    CHECK(f.answer("a99") == "valid");
    CHECK(f.answers["b"] == "valid");
    CHECK(std::find(f.asked.begin(), f.asked.end(), "b") - f.asked.begin() <= 10);
}

TEST_CASE("questions whose clients have gone are not asked, and get no answer") {
    Fixture f;
    f.hold = true;
    bool there = true;
    for (int i = 0; i < 8; ++i)
        f.ask("first" + std::to_string(i), "a");
    for (int i = 0; i < 500; ++i)
        f.ask("gone", "a", [&] { return there; });
    f.ask("last", "a");
    there = false;
    REQUIRE(unit::until(f.loop, [&] { return f.asked.size() == 8; }));
    f.answer_held();
    CHECK(f.answer("last") == "valid");
    CHECK(f.asked.size() == 9);
    CHECK_FALSE(f.answers.contains("gone"));
}

TEST_CASE("a full queue refuses the longest, not the newest") {
    Fixture f;
    f.hold = true;
    for (std::size_t i = 0; i < RuneCheck::most_at_once + RuneCheck::most_waiting; ++i)
        f.ask("a" + std::to_string(i), "a");
    f.ask("b", "b");
    CHECK(f.answers.size() == 1);
    CHECK(f.answers.begin()->first == "a1007");
    CHECK(f.answers.begin()->second == "too many calls at once; try again later");
    REQUIRE(unit::until(f.loop, [&] { return f.asked.size() == RuneCheck::most_at_once; }));
    f.answer_held();
    CHECK(f.answer("b") == "valid");
    CHECK(f.answer("a1006") == "valid");
}

TEST_CASE("slowed clients are asked for one after the other, others and known runes at once") {
    Fixture f({.pace = 20ms});
    f.slow["bad"] = true;
    f.ask("known", "good");
    CHECK(f.answer("known") == "valid");
    f.runes.trust("trusted");
    f.asked.clear();
    f.error = 1502;
    for (int i = 0; i < 10; ++i)
        f.ask("junk" + std::to_string(i), "bad");
    f.ask("known", "bad");
    f.ask("trusted", "bad");
    f.ask("other", "good");
    REQUIRE(unit::until(f.loop, [&] { return f.asked.size() >= 4; }));
    const auto place = [&](const std::string& rune) {
        return std::find(f.asked.begin(), f.asked.end(), rune) - f.asked.begin();
    };
    CHECK(place("known") < 4);
    CHECK(place("trusted") < 4);
    CHECK(place("other") < 4);
    CHECK(f.answer("junk9") == "permission denied");
}

TEST_CASE("a client that is found out while its questions wait becomes slow at once") {
    Fixture f({.pace = std::chrono::hours(1)});
    f.hold = true;
    for (int i = 0; i < 100; ++i)
        f.ask("junk" + std::to_string(i), "bad");
    REQUIRE(unit::until(f.loop, [&] { return f.asked.size() == RuneCheck::most_at_once; }));
    f.slow["bad"] = true;
    f.answer_held();
    f.ask("honest", "good");
    CHECK(f.answer("honest") == "valid");
    CHECK(f.asked.size() == RuneCheck::most_at_once + 2); // one of the slow ones
}

TEST_CASE("a rune that is not valid is refused to slowed clients without asking") {
    Fixture f({.pace = 1ms, .refusal = std::chrono::hours(1)});
    f.slow["bad"] = true;
    for (const int code : {1501, 1503, -32602}) {
        f.error = code;
        const auto rune = "rune" + std::to_string(code);
        f.ask(rune, "good");
        CHECK(f.answer(rune) == mismatch);
        const auto before = f.asked.size();
        f.answers.clear();
        f.ask(rune, "bad");
        CHECK(f.answers[rune] == mismatch);
        f.error = 0; // taken off the blacklist
        f.answers.clear();
        f.ask(rune, "good"); // is always asked for
        CHECK(f.answer(rune) == "valid");
        CHECK(f.asked.size() == before + 1);
        f.answers.clear();
        f.ask(rune, "bad"); // known to be good now
        CHECK(f.answer(rune) == "valid");
    }
    f.error = 1502; // depends on the method, or the time
    f.ask("narrow", "bad");
    CHECK(f.answer("narrow") == "permission denied");
    f.error = 0;
    f.answers.clear();
    f.ask("narrow", "bad");
    CHECK(f.answer("narrow") == "valid");
}

TEST_CASE("a slowed client's rune is asked for again after the time of a refusal") {
    Fixture f({.pace = 1ms, .refusal = 1ms});
    f.slow["bad"] = true;
    f.error = 1503;
    f.ask("rune", "bad");
    CHECK(f.answer("rune") == mismatch);
    f.error = 0; // taken off the blacklist
    CHECK(unit::until(f.loop, [&] {
        f.ask("rune", "bad");
        unit::settle(f.loop);
        return f.answers["rune"] == "valid";
    }));
}

TEST_CASE("runes are remembered for a time, and not more of them than fit") {
    RuneMemory memory(3, 10s);
    const RuneMemory::Time begin;
    for (int i = 0; i < 5; ++i)
        memory.add(std::to_string(i), begin + std::chrono::seconds(i));
    CHECK(memory.size() == 3);
    CHECK_FALSE(memory.has("1", begin + 4s));
    CHECK(memory.has("2", begin + 11s));
    CHECK_FALSE(memory.has("2", begin + 12s));
    memory.remove("4");
    CHECK_FALSE(memory.has("4", begin + 5s));
    memory.add("3", begin + 20s);
    CHECK(memory.has("3", begin + 29s));
}

} // namespace rune_check_test

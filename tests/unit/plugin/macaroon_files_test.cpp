#include "plugin/trackpayments-lnd/macaroon_files.hpp"

#include "base/hex.hpp"
#include "directory.hpp"
#include "fake_lightningd.hpp"
#include "json/text.hpp"
#include "lndapi/credential.hpp"
#include "until.hpp"

#include <doctest/doctest.h>

namespace macaroon_files_test {

using namespace trackpayments_lnd;

namespace {

const std::string first_rune = std::string(42, 'A') + "A=";
const std::string second_rune = std::string(42, 'B') + "A=";

struct Fixture {
    io::Loop loop;
    unit::FakeLightningd node{loop};
    std::vector<std::string> logged;
    rpc::Client client{loop, "lnd", "tag", [](auto, const auto&) {}};
    unit::Directory temporary;
    io::PrivateDirectory directory = io::PrivateDirectory::open((temporary.path / "m").string()).value();
    std::string new_rune = first_rune; ///< of createrune; empty: it fails
    int check_error = 0;               ///< of checkrune
    std::vector<std::string> called;   ///< methods and params
    std::vector<std::string> known;    ///< runes that are good

    Fixture() {
        node.answers = [this](const unit::Call& call) -> std::optional<std::string> {
            called.push_back(call.method + call.params);
            if (call.method == "checkrune")
                return check_error != 0 ? rpc::error(call.id, {check_error, "no"})
                                        : rpc::result(call.id, R"({"valid":true})");
            return new_rune.empty() ? rpc::error(call.id, {-32601, "Unknown command: " + first_rune})
                                    : rpc::result(call.id, R"({"rune":)" + json::quote(new_rune) + "}");
        };
        client.start(node.path(), [] {});
        REQUIRE(unit::until(loop, [this] { return client.up(); }));
    }
    /// One run of the program.
    void run() {
        called.clear();
        MacaroonFiles files(
            loop, client, [this](auto, const std::string& text) { logged.push_back(text); },
            [this](const std::string& rune) { known.push_back(rune); });
        files.ensure(directory);
        for (int i = 0; i < 50; ++i) {
            unit::settle(loop);
            REQUIRE(unit::until(loop, [this] { return client.in_flight() == 0; }));
        }
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        return directory.load(name, 10'000).value().value_or("");
    }
};

} // namespace

TEST_CASE("the first start makes a restricted rune, and every name of LND's macaroons") {
    Fixture fixture;
    fixture.run();
    REQUIRE(fixture.called.size() == 1);
    CHECK(fixture.called[0] ==
          R"(createrune{"restrictions":[["method=trackpayments","method=getinfo","method=trackpayments-status"]]})");
    for (const auto* name : macaroon_files) {
        CHECK(rune_of(fixture.content(name)) == first_rune);
        const auto bytes = fixture.content(name);
        const auto hex = base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        CHECK(lndapi::read_credential(hex)->rune == first_rune);
    }
    REQUIRE(fixture.logged.size() == 1);
    CHECK(fixture.logged[0].starts_with("made macaroons with a new rune in /"));
    CHECK(fixture.known == std::vector<std::string>{first_rune});
}

TEST_CASE("the rune is used again as long as lightningd accepts it") {
    Fixture fixture;
    fixture.run();
    const auto before = fixture.content("admin.macaroon");
    fixture.new_rune = second_rune;
    fixture.run();
    REQUIRE(fixture.called.size() == 1);
    CHECK(fixture.called[0].starts_with("checkrune"));
    CHECK(fixture.content("admin.macaroon") == before);
    REQUIRE(fixture.directory.store("readonly.macaroon", "junk")); // made again
    fixture.run();
    CHECK(rune_of(fixture.content("readonly.macaroon")) == first_rune);
    fixture.check_error = 1503; // blacklisted
    fixture.run();
    CHECK(rune_of(fixture.content("admin.macaroon")) == second_rune);
    CHECK(rune_of(fixture.content("readonly.macaroon")) == second_rune);
}

TEST_CASE("a lightningd that cannot check leaves the files, and one that cannot create is logged") {
    Fixture fixture;
    fixture.run();
    fixture.check_error = -1;
    fixture.run();
    CHECK(fixture.called.size() == 1);
    CHECK(rune_of(fixture.content("admin.macaroon")) == first_rune);
    Fixture without;
    without.new_rune.clear();
    without.run();
    CHECK(without.logged ==
          std::vector<std::string>{"no macaroons: createrune failed: Unknown command: (a long text)"});
    CHECK(without.content("admin.macaroon").empty());
}

TEST_CASE("a file of another kind is no rune") {
    CHECK_FALSE(rune_of(""));
    CHECK_FALSE(rune_of("junk"));
    CHECK_FALSE(rune_of(first_rune));
    CHECK(rune_of(macaroon_of(first_rune)) == first_rune);
    CHECK(macaroon_of(first_rune) != macaroon_of(first_rune)); // random, as LND's
}

} // namespace macaroon_files_test

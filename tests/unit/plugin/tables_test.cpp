#include "plugin/trackpayments/tables.hpp"

#include "host/manifest.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

namespace tables_test {

using json::Tree;

namespace {

struct Host {
    bool lightningd = false;
    cln::Version version;
    bool hook = true;
};

Tree manifest_of(const Host& host) {
    const auto value =
        json::parse(host::manifest(trackpayments::declaration(nullptr, host.hook), {host.lightningd, host.version}));
    REQUIRE(value.has_value());
    return *value;
}

bool has(const Tree& list, const Tree& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

Host host(bool lightningd, cln::Version version = {26, 6}, bool hook = true) {
    return {lightningd, version, hook};
}

std::vector<Host> all_hosts() {
    std::vector<Host> hosts;
    for (const bool lightningd : {false, true})
        for (const bool hook : {false, true})
            for (const auto version : {cln::Version{23, 8}, {24, 11}, {25, 5}, {25, 9}, {25, 12}, {26, 6}, {}})
                hosts.push_back(host(lightningd, version, hook));
    return hosts;
}

} // namespace

TEST_CASE("under lightningd delpay is never registered, because a second one crashes it") {
    for (const auto& on : all_hosts()) {
        const auto all = manifest_of(on);
        for (const auto& method : all["rpcmethods"])
            if (on.lightningd)
                CHECK(method["name"] != "delpay");
        CHECK(all["rpcmethods"].size() == (on.lightningd ? 2 : 3));
    }
}

TEST_CASE("trackpayments is registered on every host, and its parameters can be checked") {
    for (const auto& on : all_hosts()) {
        const auto all = manifest_of(on);
        REQUIRE_FALSE(all["rpcmethods"].empty());
        CHECK(all["rpcmethods"][0]["name"] == "trackpayments");
        CHECK(all["rpcmethods"][0]["usage"] ==
              "[no_inflight_updates] [payment_hash] [since] [timeout] [index_offset] [max_payments] [reversed] "
              "[include_incomplete] [creation_date_start] [creation_date_end] [omit_hops] [count_total_payments]");
        CHECK_FALSE(all["rpcmethods"][0]["description"].get<std::string>().empty());
        CHECK(all["cancheck"] == true);
    }
}

TEST_CASE("on a host without delpay, delpay is registered") {
    const auto methods = manifest_of(host(false))["rpcmethods"];
    REQUIRE(methods.size() == 3);
    CHECK(methods[1]["name"] == "trackpayments-status");
    CHECK(methods[2]["name"] == "delpay");
    CHECK(methods[2]["usage"] == "payment_hash status [partid] [groupid]");
    CHECK_FALSE(methods[2]["description"].get<std::string>().empty()); // required up to v24.05
}

TEST_CASE("the hook has five methods under lightningd, and all but delpay where delpay is registered") {
    const auto under = manifest_of(host(true))["hooks"];
    REQUIRE(under.size() == 1);
    CHECK(under[0]["name"] == "rpc_command");
    auto filters = under[0]["filters"].get<std::set<std::string>>();
    CHECK(filters == std::set<std::string>{"delpay", "sendpay", "createonion", "sendonion", "injectpaymentonion"});
    CHECK(under[0]["filters"].size() == 5);
    const auto elsewhere = manifest_of(host(false))["hooks"];
    REQUIRE(elsewhere.size() == 1);
    CHECK_FALSE(has(elsewhere[0]["filters"], "delpay"));
    CHECK(elsewhere[0]["filters"].size() == 4);
}

TEST_CASE("with the hook left out the manifest has no hooks") {
    CHECK(manifest_of(host(true, {26, 6}, false))["hooks"] == Tree::array());
    CHECK(manifest_of(host(false, {26, 6}, false))["hooks"] == Tree::array());
}

TEST_CASE("pay_part_start is subscribed to from v25.09 on") {
    for (const auto& on : all_hosts())
        CHECK(has(manifest_of(on)["subscriptions"], "pay_part_start") == (on.version >= cln::Version{25, 9}));
}

TEST_CASE("topics of every version are subscribed to once each, without a wildcard") {
    for (const auto& on : all_hosts()) {
        const auto subscriptions = manifest_of(on)["subscriptions"];
        for (const auto* topic : {"sendpay_success", "sendpay_failure", "pay_failure", "shutdown"})
            CHECK(has(subscriptions, topic));
        CHECK_FALSE(has(subscriptions, "*")); // topics would come twice
        CHECK(subscriptions.get<std::set<std::string>>().size() == subscriptions.size());
    }
}

TEST_CASE("all three topics are declared on every host") {
    for (const auto& on : all_hosts())
        CHECK(manifest_of(on)["notifications"] ==
              Tree::parse(R"([{"method":"trackpayments"},{"method":"trackpayments_final"},
            {"method":"trackpayments_deleted"}])"));
}

TEST_CASE("the manifest has all that lightningd requires and nothing that lightningd refuses") {
    for (const auto& on : all_hosts()) {
        const auto all = manifest_of(on);
        CHECK(all["options"].is_array());
        CHECK(all["rpcmethods"].is_array());
        CHECK(all["dynamic"] == true);
        CHECK(all["nonnumericids"] == true);
        CHECK_FALSE(all.contains("featurebits"));
        CHECK_FALSE(all.contains("disable"));
        CHECK(all["options"].size() == 4); // three, and one old name
    }
}

TEST_CASE("the hook is left out only on request") {
    ::unsetenv("TRACKPAYMENTS_NO_HOOK");
    CHECK(trackpayments::wants_hook());
    ::setenv("TRACKPAYMENTS_NO_HOOK", "1", 1);
    CHECK_FALSE(trackpayments::wants_hook());
    for (const auto* value : {"0", ""}) {
        ::setenv("TRACKPAYMENTS_NO_HOOK", value, 1);
        CHECK(trackpayments::wants_hook());
    }
}

} // namespace tables_test

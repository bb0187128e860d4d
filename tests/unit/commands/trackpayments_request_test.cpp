// The parameters of `trackpayments`.
#include "commands/trackpayments_request.hpp"

#include <doctest/doctest.h>

namespace trackpayments_request_test {

using commands::read_trackpayments;

namespace {

json::Tree params(const char* text) {
    return json::Tree::parse(text);
}

} // namespace

TEST_CASE("parameters may be named or positional, numbers and booleans may be strings") {
    const std::string hash(64, 'a');
    const auto named = read_trackpayments(params((R"({"no_inflight_updates":true,"payment_hash":")" + hash +
                                                  R"(","since":"02aaaaaa.89abcdef.1.2","timeout":3600})")
                                                     .c_str()));
    const auto positional =
        read_trackpayments(params((R"(["true",")" + hash + R"(","02aaaaaa.89abcdef.1.2","3600"])").c_str()));
    for (const auto& request : {named, positional}) {
        REQUIRE(request.has_value());
        CHECK(request->only_final);
        CHECK(request->hash->hex() == hash);
        CHECK(request->since->position == publish::Position{{1}, {2}});
        CHECK(request->timeout.count() == 3600);
    }
    for (const auto* none : {"{}", "[]", "[null,null,null,null]", R"({"timeout":null})"}) {
        const auto request = read_trackpayments(params(none));
        REQUIRE(request.has_value());
        CHECK_FALSE(request->only_final);
        CHECK_FALSE(request->hash.has_value());
        CHECK_FALSE(request->since.has_value());
        CHECK(request->timeout.count() == 0);
    }
}

TEST_CASE("an invalid parameter is refused with its name") {
    const auto refused = [](const char* text, const char* beginning) {
        const auto request = read_trackpayments(params(text));
        REQUIRE_MESSAGE(!request.has_value(), text);
        CHECK(request.error().code == rpc::invalid_params);
        CHECK_MESSAGE(request.error().message.starts_with(beginning), request.error().message);
    };
    refused(R"({"no_inflight_updates":1})", "no_inflight_updates: ");
    refused(R"({"payment_hash":"ab"})", "payment_hash: ");
    refused(R"({"since":5})", "since: ");
    refused(R"({"since":"x"})", "since: ");
    refused(R"({"timeout":3601})", "timeout: ");
    refused(R"({"timeout":-1})", "timeout: ");
    refused(R"({"timeout":1.5})", "timeout: ");
    refused(R"({"timeout":"soon"})", "timeout: ");
    refused(R"({"hash":"ab"})", "unknown parameter: hash");
    refused("[null,null,null,null,null]", "too many parameters");
}

TEST_CASE("usage names the parameters as help shows them") {
    CHECK(cln::usage(commands::trackpayments_spec.params) == "[no_inflight_updates] [payment_hash] [since] [timeout]");
}

} // namespace trackpayments_request_test

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
    refused("[null,null,null,null,null,null,null,null,null,null,null,null,null]", "too many parameters");
}

TEST_CASE("index_offset asks for a page, with LND's parameters") {
    const auto page = [](const char* text) {
        const auto request = read_trackpayments(params(text));
        REQUIRE_MESSAGE(request.has_value(), text);
        REQUIRE(request->page.has_value());
        return *request->page;
    };
    commands::PageRequest plain;
    CHECK(page(R"({"index_offset":0})") == plain);
    CHECK(page(R"({"index_offset":0,"creation_date_end":0,"max_payments":100,"timeout":null})") == plain);
    commands::PageRequest all{18446744073709551615U, 1, true, true, 5, 6, true, true};
    CHECK(page(R"({"index_offset":18446744073709551615,"max_payments":1,"reversed":true,"include_incomplete":"true",
                   "creation_date_start":5,"creation_date_end":"6","omit_hops":true,"count_total_payments":true})") ==
          all);
    CHECK(page("[null,null,null,null,18446744073709551615,1,true,true,5,6,true,true]") == all);
    CHECK_FALSE(read_trackpayments(params("{}"))->page.has_value());
}

TEST_CASE("parameters that make no page are refused") {
    const auto refusal = [](const std::string& text) {
        const auto request = read_trackpayments(params(text.c_str()));
        REQUIRE_MESSAGE(!request.has_value(), text);
        CHECK(request.error().code == rpc::invalid_params);
        return request.error().message;
    };
    for (const auto* parameter : {"max_payments", "reversed", "include_incomplete", "creation_date_start",
                                  "creation_date_end", "omit_hops", "count_total_payments"}) {
        const std::string name = parameter;
        CHECK(refusal("{\"" + name + "\":1}") == name + ": needs index_offset");
        CHECK(refusal(R"({"index_offset":0,")" + name + R"(":"x"})").starts_with(name + ": "));
    }
    for (const std::string other :
         {R"("no_inflight_updates":true)", R"("payment_hash":"x")", R"("since":"x")", R"("timeout":0)"})
        CHECK(refusal(R"({"index_offset":0,)" + other + "}") ==
              "index_offset: cannot be combined with " + other.substr(1, other.find('"', 1) - 1));
    CHECK(refusal(R"({"index_offset":-1})").starts_with("index_offset: "));
    for (const std::string most : {"0", "101", "-1", "1.5"})
        CHECK(refusal(R"({"index_offset":0,"max_payments":)" + most + "}")
                  .starts_with("max_payments: should be a number from 1 to 100"));
}

TEST_CASE("usage names the parameters as help shows them") {
    CHECK(cln::usage(commands::trackpayments_spec.params) ==
          "[no_inflight_updates] [payment_hash] [since] [timeout] [index_offset] [max_payments] [reversed] "
          "[include_incomplete] [creation_date_start] [creation_date_end] [omit_hops] [count_total_payments]");
}

} // namespace trackpayments_request_test

// REST requests, each as an LND 0.21 answered it.
#include "lndapi/rest_route.hpp"

#include <doctest/doctest.h>

namespace rest_route_test {

using namespace std::chrono_literals;
using lndapi::Method;

namespace {

const std::string track = "/v2/router/track/";

/// `code text`, or nothing.
std::string refusal(std::string_view path, std::string_view query = "", std::string_view verb = "GET") {
    const auto request = lndapi::read_rest_request(verb, path, query);
    return request ? "" : std::to_string(static_cast<int>(request.error().code)) + " " + request.error().message;
}

lndapi::Request request(std::string_view path, std::string_view query = "") {
    const auto read = lndapi::read_rest_request(path == "/v1/payment" ? "DELETE" : "GET", path, query);
    CHECK_MESSAGE(read.has_value(), path);
    return read.value_or(lndapi::Request{&lndapi::methods().front(), false, "refused"});
}

bool filtered(std::string_view query) {
    return request("/v2/router/payments", query).no_inflight_updates;
}

std::string bad_query(std::string_view query) {
    const auto text = refusal("/v2/router/payments", query);
    CHECK(refusal(track + "AAAA", query) == text);
    return text;
}

std::string bad_hash(const std::string& segment) {
    const std::string start = "3 type mismatch, parameter: payment_hash, error: illegal base64 data at input byte ";
    const auto text = refusal(track + segment);
    return text.starts_with(start) ? text.substr(start.size()) : text;
}

tl::expected<std::optional<std::chrono::nanoseconds>, lndapi::GrpcStatus> timeout(const char* value) {
    http::Request http;
    http.headers = {{"grpc-timeout", value}};
    return lndapi::read_rest_timeout(http);
}

} // namespace

TEST_CASE("each method has its path, which is decoded first") {
    for (const auto& row : lndapi::methods())
        if (row.method != Method::track_payment)
            CHECK(request(row.rest_path).method == &row);
    CHECK(request(track + "AAAA").method->method == Method::track_payment);
    for (const auto* path : {"/v2/router/payment%73", "/v2/router/%70ayments", "/v2%2Frouter/payments"})
        CHECK(request(path).method->method == Method::track_payments);
}

TEST_CASE("other paths are not found, with any verb") {
    for (const auto* path :
         {"/", "/v2/router/payments/", "//v2/router/payments", "/v2//router/payments", "/V2/router/payments",
          "/v2/./router/payments", "/v2/router/../router/payments", "/v2/router/payments:x",
          "/v2/router/payments:", "/v2/router/track", "/v1/state/", "/v2/router/track/AAAA/x"}) {
        CHECK(refusal(path) == "5 Not Found");
        CHECK(refusal(path, "%zz", "POST") == "5 Not Found");
    }
    for (const auto* path : {"/%zz", "/v1/state%4", "*", "", "v1/state"})
        CHECK(refusal(path) == "3 Bad Request");
}

TEST_CASE("another verb is refused before the parameters") {
    for (const auto* verb : {"POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "FOO"}) {
        CHECK(refusal("/v2/router/payments", "%zz", verb) == "12 Method Not Allowed");
        CHECK(refusal(track + "!!!", "", verb) == "12 Method Not Allowed");
    }
}

TEST_CASE("the hash is base64 in either alphabet") {
    CHECK(request(track).payment_hash.empty()); // LND's handler refuses it later
    CHECK(request(track + "-_-_").payment_hash == "\xfb\xff\xbf");
    CHECK(request(track + "++++").payment_hash == "\xfb\xef\xbe"); // no blanks
    CHECK(request(track + "%2B+++").payment_hash == "\xfb\xef\xbe");
    CHECK(request(track + "TW%0AFu%0D%0A").payment_hash == "Man");
    CHECK(request(track + std::string(43, 'A') + '=').payment_hash == std::string(32, '\0'));
    CHECK(refusal(track + "%2F+++") == "5 Not Found");
}

TEST_CASE("base64 that is malformed is refused with the position in the URL's alphabet") {
    CHECK(bad_hash("!!!") == "0");
    CHECK(bad_hash("ab!d") == "2");
    CHECK(bad_hash("AA==AA==") == "4");
    CHECK(bad_hash("AAA") == "0");
    CHECK(bad_hash("A=") == "1");
    CHECK(bad_hash("AAA==") == "4");
    CHECK(bad_hash("====") == "0");
    CHECK(bad_hash("-_+A") == "2");
    CHECK(bad_hash(std::string(43, 'A')) == "40");
    CHECK(bad_hash(std::string(43, 'A') + "=:x") == "44");
    CHECK(refusal(track + "!!!", "%zz") == refusal(track + "!!!")); // before the query
}

TEST_CASE("the filter is Go's boolean, by either of its names") {
    for (const std::string name : {"no_inflight_updates", "noInflightUpdates"}) {
        for (const std::string value : {"true", "1", "T", "TRUE"})
            CHECK(filtered(name + "=" + value));
        CHECK_FALSE(filtered(name + "=false"));
        for (const std::string value : {"yes", ""})
            CHECK(bad_query(name + "=" + value) ==
                  "3 parsing field \"no_inflight_updates\": strconv.ParseBool: parsing \"" + value +
                      "\": invalid syntax");
        CHECK(bad_query(name + "=true&" + name + "=false") ==
              "3 too many values for field \"no_inflight_updates\": true, false");
        CHECK(bad_query(name + "[x]=1") == "3 too many values for field \"no_inflight_updates\": x, 1");
        CHECK(bad_query(name + "[]=1") == "3 too many values for field \"no_inflight_updates\": , 1");
        CHECK(bad_query(name + ".x=1") == "3 invalid path: \"" + name + "\" is not a message");
    }
    CHECK(bad_query("no_inflight_updates").ends_with("parsing \"\": invalid syntax"));
    CHECK(request(track + "AAAA", "no_inflight_updates=1").no_inflight_updates);
}

TEST_CASE("other names are ignored, but not what is malformed in them") {
    CHECK_FALSE(filtered("NO_INFLIGHT_UPDATES=1&foo.bar=1&&x[y]=1&no_inflight_updatesx=1&no_inflight_updates[a][b]=1"));
    CHECK(request(track + "AAAA", "payment_hash=TWFu").payment_hash == std::string(3, '\0'));
    CHECK(bad_query("a=%zz") == "3 invalid URL escape \"%zz\"");
    CHECK(bad_query("a;b") == "3 invalid semicolon separator in query");
    CHECK(refusal("/v1/getinfo", "a=%zz").empty()); // it has no parameters, and its query is not read
}

TEST_CASE("numbers, booleans and bytes are read as Go reads them, and refused with its texts") {
    const auto list =
        request("/v1/payments", "index_offset=18446744073709551615&maxPayments=007&reversed=T&omit_hops=0");
    CHECK((list.index_offset == UINT64_MAX && list.max_payments == 7 && list.reversed && !list.omit_hops));
    const auto bad = [](const std::string& query) { return refusal("/v1/payments", query); };
    const std::string field = "3 parsing field \"index_offset\": strconv.ParseUint: parsing ";
    for (const std::string value : {"", "-1", "1.5", "x", "1x", "0x1", "1_000"}) {
        CHECK(bad("index_offset=" + value) == field + '"' + value + "\": invalid syntax");
        CHECK(bad("indexOffset=" + value) == field + '"' + value + "\": invalid syntax");
    }
    CHECK(bad("index_offset=+1") == field + "\" 1\": invalid syntax"); // a plus is a blank
    for (const std::string value : {"18446744073709551616", "99999999999999999999999x"})
        CHECK(bad("index_offset=" + value) == field + '"' + value + "\": value out of range");
    CHECK(bad("reversed=maybe") ==
          "3 parsing field \"reversed\": strconv.ParseBool: parsing \"maybe\": invalid syntax");
    CHECK(bad("max_payments=1&max_payments=2") == "3 too many values for field \"max_payments\": 1, 2");
    CHECK(bad("max_payments.x=1") == "3 invalid path: \"max_payments\" is not a message");
    CHECK(bad("unknown=1").empty());
    CHECK(request("/v1/payment", "payment_hash=-_-_").payment_hash == "\xfb\xff\xbf");
    CHECK(request("/v1/payment", "paymentHash=%2B%2F%2B%2F&failedHtlcsOnly=1").payment_hash == "\xfb\xff\xbf");
    CHECK(request("/v1/payment", "failedHtlcsOnly=1").failed_htlcs_only);
    CHECK(refusal("/v1/payment", "payment_hash=!", "DELETE") ==
          "3 parsing field \"payment_hash\": illegal base64 data at input byte 0");
    for (const auto* verb : {"POST", "DELETE", "PUT", "HEAD"})
        CHECK(refusal("/v1/payments", "", verb) == "12 Method Not Allowed");
    for (const auto* verb : {"POST", "GET", "PUT", "HEAD"})
        CHECK(refusal("/v1/payment", "", verb) == "12 Method Not Allowed");
}

TEST_CASE("a cursor is for TrackPayments") {
    CHECK(request("/v2/router/payments", "since=a.b%2Ec").since == "a.b.c");
    CHECK(request(track + "AAAA", "since=a").since.empty());
    CHECK(request("/v1/state/subscribe", "since=a").since.empty());
}

TEST_CASE("a deadline is any number of a unit; zero is none") {
    CHECK(lndapi::read_rest_timeout({}) == std::nullopt);
    CHECK(timeout("") == std::nullopt);
    CHECK(timeout("0S") == std::nullopt);
    CHECK(timeout("300m") == 300ms);
    CHECK(timeout("+1H") == 1h);
    CHECK(timeout("123456789S") == 123456789s);
    CHECK(timeout("9223372036854775807H") == std::chrono::hours(24 * 365 * 100));
    CHECK(timeout("-1S") == 1ns); // over at once
    for (const std::string value : {"bad", "S", "1", "1X", "-1X", "1.5S", " 1S", "+-1S", "9223372036854775808n"}) {
        const auto read = timeout(value.c_str());
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error() == lndapi::GrpcStatus{lndapi::GrpcCode::invalid_argument, "invalid grpc-timeout: " + value});
    }
}

} // namespace rest_route_test

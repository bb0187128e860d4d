// Requests of gRPC, in the order of checks and with the texts of an LND 0.21 (grpc-go 1.79).
#include "lndapi/grpc_request.hpp"

#include "lndapi/grpc_frame.hpp"

#include <doctest/doctest.h>

namespace grpc_request_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using lndapi::Method;

namespace {

const std::string streaming_path = "/routerrpc.Router/TrackPayments";

http::Request call(const std::string& path, http::Headers more = {}) {
    http::Request http;
    http.http2 = true;
    http.method = "POST";
    http.path = path;
    http.headers = std::move(more);
    http.headers.push_back({"content-type", "application/grpc"});
    return http;
}

/// `HTTP status, code, text`, or nothing.
std::string refusal(const http::Request& http) {
    const auto head = lndapi::read_grpc_head(http);
    if (head)
        return "";
    const auto& [status, http_status] = head.error();
    return std::to_string(http_status) + ", " + std::to_string(static_cast<int>(status.code)) + ", " + status.message;
}

tl::expected<lndapi::Request, lndapi::GrpcStatus> parameters(const char* path, const std::string& message,
                                                             http::Headers headers = {}) {
    auto http = call(path, std::move(headers));
    lndapi::append_grpc_head(http.body, message.size());
    http.body.append(message);
    return lndapi::read_grpc_request(*lndapi::find_grpc_method(path), http);
}

} // namespace

TEST_CASE("a request has a method and perhaps a deadline") {
    for (const auto& row : lndapi::methods()) {
        const auto head = lndapi::read_grpc_head(call(std::string(row.grpc_path)));
        REQUIRE(head.has_value());
        CHECK(head->method == &row);
        CHECK_FALSE(head->timeout.has_value());
    }
    CHECK(lndapi::read_grpc_head(call(streaming_path, {{"grpc-timeout", "300m"}}))->timeout == 300ms);
    CHECK(refusal(call(streaming_path, {{"grpc-encoding", "identity"}})).empty());
}

TEST_CASE("the content type begins as gRPC's, in lower case") {
    for (const auto* type :
         {"application/grpc", "application/grpc+proto", "application/grpc;x", "application/grpc+json"}) {
        auto http = call(streaming_path);
        http.headers = {{"content-type", type}};
        CHECK(refusal(http).empty());
    }
    for (const std::string type :
         {"", "application/json", "application/grpcx", "application/grpc-web", "Application/Grpc"}) {
        auto http = call(streaming_path);
        http.headers = {{"content-type", type}};
        CHECK(refusal(http) == "415, 3, invalid gRPC request content-type \"" + type + "\"");
        CHECK(lndapi::is_grpc_request(http)); // by its path
        http.path = "/v1/state";
        CHECK_FALSE(lndapi::is_grpc_request(http));
    }
    auto none = call(streaming_path);
    none.headers.clear();
    CHECK(refusal(none) == "415, 3, invalid gRPC request content-type \"\"");
}

TEST_CASE("each check comes before the next one") {
    auto http = call("/lnrpc.Nope/Foo", {{"grpc-encoding", "gzip"}, {"grpc-timeout", "1X"}});
    http.method = "GET";
    http.headers.back().value = "text/plain";
    CHECK(refusal(http) == "415, 3, invalid gRPC request content-type \"text/plain\"");
    http.headers.back().value = "application/grpc";
    CHECK(refusal(http) == "400, 13, malformed grpc-timeout: transport: timeout unit is not recognized: \"1X\"");
    http.headers[1].value = "0S";
    CHECK(refusal(http) == "405, 13, Received a HEADERS frame with :method \"GET\" which should be POST");
    http.method = "POST";
    CHECK(refusal(http) == "200, 4, context deadline exceeded");
    http.headers[1].value = "1S";
    CHECK(refusal(http) == "200, 12, unknown service lnrpc.Nope");
    http.path = streaming_path;
    CHECK(refusal(http) == "200, 12, grpc: Decompressor is not installed for grpc-encoding \"gzip\"");
    http.headers[0].value = "identity";
    CHECK(refusal(http).empty());
}

TEST_CASE("an unknown method is named as grpc-go names it") {
    CHECK(refusal(call("/lnrpc.Lightning/Foo")) == "200, 12, unknown method Foo for service lnrpc.Lightning");
    CHECK(refusal(call("/lnrpc.Lightning/")) == "200, 12, unknown method  for service lnrpc.Lightning");
    CHECK(refusal(call("/a/b/c")) == "200, 12, unknown service a/b");
    CHECK(refusal(call("//")) == "200, 12, unknown service ");
    CHECK(refusal(call("/routerrpc.Router/%54rackPayments")) ==
          "200, 12, unknown method %54rackPayments for service routerrpc.Router");
    CHECK(refusal(call("/routerrpc.Router/TrackPayment")) ==
          "200, 12, unknown method TrackPayment for service routerrpc.Router");
    for (const std::string path : {"/Foo", "/", "foo", ""})
        CHECK(refusal(call(path)) == "200, 12, malformed method name: \"" + path + "\"");
}

TEST_CASE("the parameters are those of the message; the last one counts") {
    const auto payments =
        parameters("/routerrpc.Router/TrackPayments", "\x08\x00\x08\x01"s, {{"trackpayments-since", "a.b"}});
    REQUIRE(payments.has_value());
    CHECK(payments->no_inflight_updates);
    CHECK(payments->since == "a.b");
    CHECK(payments->payment_hash.empty());
    const auto payment = parameters("/routerrpc.Router/TrackPaymentV2", "\x0a\x01x\x10\x01\x0a\x02yz"s,
                                    {{"trackpayments-since", "a.b"}});
    REQUIRE(payment.has_value());
    CHECK(payment->no_inflight_updates);
    CHECK(payment->payment_hash == "yz");
    CHECK(payment->since.empty());
}

TEST_CASE("a list's parameters have LND's numbers") {
    const auto list = parameters("/lnrpc.Lightning/ListPayments",
                                 "\x08\x01\x10\xac\x02\x18\x07\x20\x01\x28\x01\x30\x05\x38\x06\x40\x01"s);
    REQUIRE(list.has_value());
    CHECK((list->include_incomplete && list->reversed && list->count_total_payments && list->omit_hops));
    CHECK((list->index_offset == 300 && list->max_payments == 7));
    CHECK((list->creation_date_start == 5 && list->creation_date_end == 6));
    const auto deletion = parameters("/lnrpc.Lightning/DeletePayment", "\x0a\x01x\x10\x01"s);
    REQUIRE(deletion.has_value());
    CHECK((deletion->payment_hash == "x" && deletion->failed_htlcs_only));
    CHECK_FALSE(parameters("/lnrpc.Lightning/ListPayments", "\x12\x01x"s)->index_offset > 0); // no varint
}

TEST_CASE("the kind of gRPC is that of the request") {
    const auto type = [](const char* asked) {
        http::Request http;
        http.headers = {{"content-type", asked}};
        return lndapi::answer_content_type(http);
    };
    CHECK(type("application/grpc") == "application/grpc");
    CHECK(type("application/grpc+proto") == "application/grpc+proto");
    CHECK(type("application/grpc+PROTO") == "application/grpc+proto");
    CHECK(type("application/grpc;x") == "application/grpc+x");
    CHECK(type("application/grpc+") == "application/grpc");
    CHECK(type("application/json") == "application/grpc");
    CHECK(lndapi::answer_content_type({}) == "application/grpc");
}

TEST_CASE("unknown fields, groups, and fields of another wire type are skipped") {
    const auto group = "\x1b\x08\x01\x23\x24\x1c"s;                          // field 3, with a group 4 inside
    const auto other = "\x50\x01\x5a\x01z\x25\0\0\0\0\x29\0\0\0\0\0\0\0\0"s; // fields 10, 11, 4, 5
    for (const auto& message : {group, other, "\x0a\x01x"s, group + other}) {
        const auto read = parameters("/routerrpc.Router/TrackPayments", message);
        REQUIRE(read.has_value());
        CHECK_FALSE(read->no_inflight_updates);
    }
    const auto hash = parameters("/routerrpc.Router/TrackPaymentV2", "\x08\x01\x12\x01x"s + group);
    REQUIRE(hash.has_value());
    CHECK((hash->payment_hash.empty() && !hash->no_inflight_updates));
    CHECK_FALSE(parameters("/lnrpc.Lightning/GetInfo", "\x08\x01"s)->no_inflight_updates); // it has no parameters
    CHECK_FALSE(parameters("/routerrpc.Router/TrackPayments", "\x0d\x01\0\0\0"s)->no_inflight_updates); // no varint
}

TEST_CASE("a malformed message is refused with the text of its kind of call") {
    const auto end = "proto: cannot parse invalid wire-format data"s;
    for (const auto& message : {"\x08"s, "\xff"s, "\x12\x05x"s, "\x0b"s, "\x0c"s, "\x0b\x14"s, "\x0e\x01"s, "\0\0"s}) {
        CHECK(parameters("/routerrpc.Router/TrackPayments", message).error().message ==
              "grpc: failed to unmarshal the received message: " + end);
        const auto unary = parameters("/lnrpc.Lightning/GetInfo", message);
        CHECK(unary.error() ==
              lndapi::GrpcStatus{lndapi::GrpcCode::internal, "grpc: error unmarshalling request: " + end});
    }
    auto empty = call(streaming_path);
    CHECK(lndapi::read_grpc_request(lndapi::methods().front(), empty).error().message ==
          "cardinality violation: received no request message from non-client-streaming RPC");
    empty.body_too_long = true;
    CHECK(lndapi::read_grpc_request(lndapi::methods().front(), empty).error().code ==
          lndapi::GrpcCode::resource_exhausted);
}

} // namespace grpc_request_test

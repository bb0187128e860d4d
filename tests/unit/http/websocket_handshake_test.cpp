#include "http/websocket_handshake.hpp"
#include "websocket_frames.hpp"

#include <doctest/doctest.h>

namespace websocket_handshake_test {

namespace {

http::Head head_of(const std::string& text) {
    const auto head = http::read_request_head(text);
    REQUIRE(head.has_value());
    return *head;
}

http::WebSocketHandshake accepted(const std::string& target, const std::string& more = "") {
    const auto head = head_of(unit::websocket::handshake(target, more));
    REQUIRE(http::wants_websocket(head));
    auto handshake = http::accept_websocket(head);
    REQUIRE(handshake.has_value());
    return *std::move(handshake);
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

std::string echoed(const std::string& offered) {
    const auto answer = accepted("/", "Sec-WebSocket-Protocol: " + offered + "\r\n").answer;
    const std::string name = "Sec-WebSocket-Protocol: ";
    const auto at = answer.find(name);
    return at == std::string::npos ? "" : answer.substr(at + name.size(), answer.find('\r', at) - at - name.size());
}

} // namespace

TEST_CASE("the answer proves that the key was read (RFC 6455, 1.3)") {
    CHECK(accepted("/").answer == unit::websocket::accepted);
}

TEST_CASE("the inner request has the path and query, and the headers that LND passes on") {
    const auto inner = accepted("/v1/x?since=a%2Bb&method=DELETE&method=PUT",
                                "Origin: https://a.b\r\nReferer: r\r\nAccept: text/event-stream\r\nGrpc-Timeout: 1n\r\n"
                                "Content-Type: application/grpc\r\nGrpc-Metadata-Macaroon: 0201\r\n"
                                "Authorization: Bearer r\r\n")
                           .request;
    CHECK(inner.method == "DELETE");
    CHECK(inner.path == "/v1/x");
    CHECK(inner.query == "since=a%2Bb&method=DELETE&method=PUT");
    CHECK(inner.websocket);
    CHECK_FALSE(inner.http2);
    CHECK(inner.headers == http::Headers{{"host", "x"},
                                         {"origin", "https://a.b"},
                                         {"referer", "r"},
                                         {"authorization", "Bearer r"},
                                         {"grpc-metadata-macaroon", "0201"}});
}

TEST_CASE("only POST, PUT and PATCH wait for a message") {
    for (const auto* target : {"/", "/?method=", "/?method=GET", "/?method=DELETE", "/?other=POST", "/?xmethod=POST"})
        CHECK_FALSE(accepted(target).has_body);
    for (const auto* target : {"/?method=POST", "/?a&method=&method=PUT", "/?method=PATCH&"})
        CHECK(accepted(target).has_body);
}

TEST_CASE("a subprotocol may have the macaroon, and one is echoed") {
    const auto with = accepted("/", "Sec-WebSocket-Protocol: Grpc-Metadata-Macaroon+0a0b\r\n"
                                    "Grpc-Metadata-Macaroon: 0201\r\nGrpc-Metadata-Macaroon: 0202\r\n");
    CHECK(http::find(with.request.headers, "grpc-metadata-macaroon") == "0a0b");
    CHECK(http::count(with.request.headers, "grpc-metadata-macaroon") == 1);
    CHECK(echoed("Grpc-Metadata-Macaroon+0a0b") == "Grpc-Metadata-Macaroon+0a0b");
    CHECK(echoed("chat, grpc-metadata-macaroon+ff , other") == "grpc-metadata-macaroon+ff");
    CHECK(echoed("chat\r\nSec-WebSocket-Protocol: Grpc-Metadata-Macaroon+1") == "Grpc-Metadata-Macaroon+1");
    CHECK(echoed("chat, other") == "chat");
    for (const auto* none : {"Grpc-Metadata-Macaroon", "Grpc-Metadata-Macaroon+", "Grpc-Metadata-Other+0a"}) {
        CHECK(echoed(none) == none);
        CHECK(http::count(accepted("/", "Sec-WebSocket-Protocol: " + std::string(none) + "\r\n").request.headers,
                          "grpc-metadata-macaroon") == 0);
    }
    CHECK(echoed(", ,") == "");
}

TEST_CASE("a handshake that is none is refused") {
    struct Row {
        const char* part;
        const char* by;
        int status;
    };
    const auto good = unit::websocket::handshake("/a", "A: b\r\n");
    for (const auto& row : std::vector<Row>{{"GET", "POST", 405},
                                            {"Version: 13", "Version: 8", 426},
                                            {"Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13", 426},
                                            {"Sec-WebSocket-Version: 13\r\n", "", 426},
                                            {"Sec-WebSocket-Key", "Other", 400},
                                            {"dGhlIHNhbXBsZSBub25jZQ==", "", 400},
                                            {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=", 400},
                                            {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWE=", 400},
                                            {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j-Q==", 400},
                                            {"A: b", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400},
                                            {"A: b", "Content-Length: 1", 400},
                                            {"A: b", "Transfer-Encoding: chunked", 400}}) {
        CAPTURE(row.by);
        const auto head = head_of(replaced(good, row.part, row.by));
        REQUIRE(http::wants_websocket(head));
        const auto answer = http::accept_websocket(head);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().status == row.status);
    }
}

TEST_CASE("other requests go on as HTTP") {
    const auto good = unit::websocket::handshake();
    for (const auto& [part, by] : std::vector<std::pair<std::string, std::string>>{
             {"Upgrade: WebSocket", "Upgrade: h2c"}, {"keep-alive, Upgrade", "keep-alive"}, {"HTTP/1.1", "HTTP/1.0"}})
        CHECK_FALSE(http::wants_websocket(head_of(replaced(good, part, by))));
    CHECK(http::wants_websocket(head_of(replaced(good, "Upgrade: WebSocket", "Upgrade: h2c, websocket"))));
}

} // namespace websocket_handshake_test

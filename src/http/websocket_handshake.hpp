// A request of HTTP/1.1 that asks to go on as a WebSocket (RFC 6455, 4.2), and the inner request that it stands for, as
// LND's proxy makes it (lnrpc/websocket_proxy.go): `?method=` is its verb, and a browser, which cannot set headers,
// sends its macaroon as a subprotocol. Pure.
#pragma once

#include "http/http1_request.hpp"

namespace http {

/// The only header that may come as a subprotocol, as `Grpc-Metadata-Macaroon+VALUE`.
constexpr std::string_view header_in_subprotocol = "grpc-metadata-macaroon";

/// True if the client wants a WebSocket. HTTP/1.0 has none.
[[nodiscard]] bool wants_websocket(const Head& head);

struct WebSocketHandshake {
    std::string answer; ///< 101 with its headers and the empty line
    Request request; ///< the inner one, without body and peer. Of the headers only those that LND passes on, Host and
                     ///< Authorization
    bool has_body = false; ///< the first message is its body
};

/// 400, 405 (not a GET), or 426 (a version other than 13). One of the subprotocols is echoed, the one with the header
/// if there is one, else the first: a browser that offered some accepts no answer without.
[[nodiscard]] tl::expected<WebSocketHandshake, Refusal> accept_websocket(const Head& head);

} // namespace http

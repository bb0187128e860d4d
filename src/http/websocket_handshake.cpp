#include "http/websocket_handshake.hpp"

#include "http/openssl_ptr.hpp"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

namespace http {

namespace {

constexpr std::string_view version = "13";

/// RFC 6455, 4.1: 16 bytes in base64.
bool is_key(std::string_view text) {
    constexpr std::size_t digits = 22;
    const auto is_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    };
    return text.size() == digits + 2 && text.ends_with("==") &&
           std::all_of(text.begin(), text.begin() + digits, is_digit);
}

/// RFC 6455, 4.2.2: shows that the server read this handshake.
std::string answer_to(std::string_view key) {
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 29> base64{}; // 28 and a NUL
    const int length = EVP_EncodeBlock(base64.data(), hash.data(), static_cast<int>(size));
    return {base64.begin(), base64.begin() + length};
}

/// The value of `Grpc-Metadata-Macaroon+VALUE`; empty for another subprotocol.
std::string_view header_in(std::string_view subprotocol) {
    const auto plus = subprotocol.find('+');
    const bool found =
        plus != std::string_view::npos && lower_case(subprotocol.substr(0, plus)) == header_in_subprotocol;
    return found ? subprotocol.substr(plus + 1) : std::string_view();
}

/// The first `method=` of the query that is not empty; it may be no method that exists.
std::string method_of(const Request& request) {
    constexpr std::string_view name = "method=";
    for (std::string_view rest = request.query; !rest.empty();) {
        const auto end = rest.find('&');
        const auto field = rest.substr(0, end);
        if (field.starts_with(name) && field.size() > name.size())
            return std::string(field.substr(name.size()));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return request.method;
}

Request inner_request(const Request& outer, std::string_view subprotocol) {
    Request inner;
    inner.method = method_of(outer);
    inner.path = outer.path;
    inner.query = outer.query;
    inner.websocket = true;
    auto macaroon = header_in(subprotocol);
    for (const auto* name : {"host", "origin", "referer", "authorization"})
        if (const auto value = find(outer.headers, name))
            inner.headers.push_back({name, std::string(*value)});
    if (macaroon.empty())
        macaroon = find(outer.headers, header_in_subprotocol).value_or("");
    if (!macaroon.empty())
        inner.headers.push_back({std::string(header_in_subprotocol), std::string(macaroon)});
    return inner;
}

} // namespace

bool wants_websocket(const Head& head) {
    return !head.http_1_0 && lists(head.request.headers, "connection", "upgrade") &&
           lists(head.request.headers, "upgrade", "websocket");
}

tl::expected<WebSocketHandshake, Refusal> accept_websocket(const Head& head) {
    const auto& request = head.request;
    const auto refused = [](int status) { return tl::unexpected(Refusal{status}); };
    if (request.method != "GET")
        return refused(405);
    if (count(request.headers, "sec-websocket-version") != 1 ||
        find(request.headers, "sec-websocket-version") != version)
        return refused(426);
    const auto key = find(request.headers, "sec-websocket-key").value_or("");
    if (count(request.headers, "sec-websocket-key") != 1 || !is_key(key) || head.chunked || head.body_size > 0)
        return refused(400);

    WebSocketHandshake handshake;
    handshake.answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: " +
                       answer_to(key) + "\r\n";
    std::string_view subprotocol;
    const auto offered = list_of(request.headers, "sec-websocket-protocol");
    if (!offered.empty()) {
        const auto with_header =
            std::find_if(offered.begin(), offered.end(), [](auto one) { return !header_in(one).empty(); });
        subprotocol = with_header == offered.end() ? offered.front() : *with_header;
        handshake.answer += "Sec-WebSocket-Protocol: " + clean_value(subprotocol) + "\r\n";
    }
    handshake.answer += "\r\n";
    handshake.request = inner_request(request, subprotocol);
    const auto& method = handshake.request.method;
    handshake.has_body = method == "POST" || method == "PUT" || method == "PATCH";
    return handshake;
}

} // namespace http

#include "http/http1_chunks.hpp"
#include "http/http1_request.hpp"

#include <doctest/doctest.h>

#include <string>

namespace http1_request_test {

using namespace std::string_view_literals;
using http::read_request_head;
using http::Refusal;

const std::string host = "Host: a\r\n";

/// The status that refuses the request, or 200.
int status_of(const std::string& text) {
    const auto end = http::find_head_end(text, 0);
    if (!end)
        return end.error().status;
    if (end->size != text.size())
        return 0;
    const auto head = read_request_head(text);
    return head ? 200 : head.error().status;
}

TEST_CASE("a request's line and headers are read") {
    const auto head =
        read_request_head("GET /v2/router/payments?no_inflight_updates=true&a=?b HTTP/1.1\r\nHost: node:8080\r\n"
                          "Grpc-Metadata-Macaroon:\t 00ff \r\nX: \xc3\xa4\r\nEmpty:\r\nX: 2\r\n\r\n");
    REQUIRE(head.has_value());
    const auto& request = head->request;
    CHECK(request.method == "GET");
    CHECK(request.path == "/v2/router/payments");
    CHECK(request.query == "no_inflight_updates=true&a=?b");
    CHECK(request.headers ==
          http::Headers{
              {"host", "node:8080"}, {"grpc-metadata-macaroon", "00ff"}, {"x", "\xc3\xa4"}, {"empty", ""}, {"x", "2"}});
    CHECK(http::find(request.headers, "x") == "\xc3\xa4");
    CHECK(http::count(request.headers, "x") == 2);
    CHECK_FALSE(http::find(request.headers, "y").has_value());
    CHECK(head->keep_alive);
    CHECK_FALSE(head->chunked);
    CHECK(head->body_size == 0);
    CHECK_FALSE(request.http2);
}

TEST_CASE("the target may be a path, an asterisk or a whole address") {
    const auto head = read_request_head("GET http://other:1/path?q HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(head.has_value());
    CHECK(head->request.path == "/path");
    CHECK(head->request.query == "q");
    CHECK(head->request.headers == http::Headers{{"host", "other:1"}});
    CHECK(read_request_head("GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n")->request.path == "/");
    CHECK(read_request_head("GET https://b?q HTTP/1.1\r\nHost: a\r\n\r\n")->request.query == "q");
    CHECK(read_request_head("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")->request.path == "*");
    CHECK(read_request_head("GET //x HTTP/1.1\r\nHost: a\r\n\r\n")->request.path == "//x");
}

TEST_CASE("the connection ends or stays as the client says") {
    const auto keep = [](const std::string& text) { return read_request_head(text)->keep_alive; };
    CHECK(keep("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n\r\n"));
    CHECK_FALSE(keep("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo , Close\r\n\r\n"));
    CHECK_FALSE(keep("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo\r\nconnection: close\r\n\r\n"));
    CHECK_FALSE(keep("GET / HTTP/1.0\r\n\r\n"));
    CHECK(keep("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    CHECK(read_request_head("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n")->expects_continue);
    CHECK(read_request_head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n")->chunked);
    CHECK(read_request_head("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n")->body_size == 65536);
}

TEST_CASE("requests that two readers could understand differently are refused") {
    struct Row {
        std::string text;
        int status;
    };
    const std::string line = "POST / HTTP/1.1\r\n" + host;
    for (const auto& row : {
             Row{"GET / HTTP/1.1\r\n" + host + "\r\n", 200},
             Row{"PATCH / HTTP/1.9\r\n" + host + "\r\n", 200},
             Row{"GET / HTTP/1.0\r\n\r\n", 200},
             // both lengths, several, or odd ones (RFC 9112, 6)
             Row{line + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
             Row{line + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
             Row{line + "Content-Length: 1, 1\r\n\r\n", 400},
             Row{line + "Content-Length: +1\r\n\r\n", 400},
             Row{line + "Content-Length: -1\r\n\r\n", 400},
             Row{line + "Content-Length: 0x1\r\n\r\n", 400},
             Row{line + "Content-Length:\r\n\r\n", 400},
             Row{line + "Content-Length: 65537\r\n\r\n", 413},
             Row{line + "Content-Length: 18446744073709551617\r\n\r\n", 413},
             Row{line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
             Row{line + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
             Row{line + "Transfer-Encoding: identity\r\n\r\n", 400},
             Row{line + "Transfer-Encoding: chunked, identity\r\n\r\n", 400},
             Row{line + "Transfer-Encoding: \x0b"
                        "chunked\r\n\r\n",
                 400},
             Row{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
             // lines
             Row{line + "A : b\r\n\r\n", 400},
             Row{line + "A\r\n\r\n", 400},
             Row{line + ": b\r\n\r\n", 400},
             Row{line + "A: b\r\n c\r\n\r\n", 400},
             Row{line + "A: b\r\n\tc: d\r\n\r\n", 400},
             Row{line + " A: b\r\n\r\n", 400},
             Row{line + "A: b\nC: d\r\n\r\n", 400},
             Row{line + "A: b\rC: d\r\n\r\n", 400},
             Row{line + "A: b\r\r\n\r\n", 400},
             Row{line + "\n\r\n", 400},
             Row{"GET / HTTP/1.1\nHost: a\n\n", 400},
             Row{line + std::string("A: b\0c\r\n\r\n"sv), 400},
             Row{line + "A: b\x7f\r\n\r\n", 400},
             Row{line + "A\xc3: b\r\n\r\n", 400},
             Row{line + "A(: b\r\n\r\n", 400},
             // the request line
             Row{"GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET / HTTP/1.1 \r\n" + host + "\r\n", 400},
             Row{" GET / HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET / a HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET\t/ HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET /\xc3 HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET /\x01 HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET a HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET * HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET http:// HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"G(T / HTTP/1.1\r\n" + host + "\r\n", 400},
             Row{"GET /\r\n\r\n", 400},
             Row{"GET / HTTP/1\r\n" + host + "\r\n", 400},
             Row{"GET / http/1.1\r\n" + host + "\r\n", 400},
             Row{"GET / HTTP/1.10\r\n" + host + "\r\n", 400},
             Row{"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
             Row{"PRI * HTTP/2.0\r\n\r\n", 505},
             Row{"GET / HTTP/0.9\r\n" + host + "\r\n", 505},
             // the host (RFC 9112, 3.2)
             Row{"GET / HTTP/1.1\r\n\r\n", 400},
             Row{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
         }) {
        CAPTURE(row.text);
        CHECK(status_of(row.text) == row.status);
    }
}

TEST_CASE("a head of 16 kB and a hundred headers are the most") {
    const std::string start = "GET / HTTP/1.1\r\n" + host + "A: ";
    const auto with = [&](std::size_t size) { return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n"; };
    CHECK(status_of(with(http::most_header_bytes)) == 200);
    CHECK(status_of(with(http::most_header_bytes + 1)) == 431);
    std::string many = "GET / HTTP/1.1\r\n" + host;
    for (int i = 0; i < 99; ++i)
        many += "a: b\r\n";
    CHECK(status_of(many + "\r\n") == 200);
    CHECK(status_of(many + "a: b\r\n\r\n") == 431);
}

TEST_CASE("the end of a head is found however the bytes come") {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
    for (std::size_t have = 0; have + 1 < text.size() - 3; ++have)
        for (std::size_t from : {std::size_t{0}, have / 2, have}) {
            const auto end = http::find_head_end(std::string_view(text).substr(0, have), from);
            CHECK(end == http::HeadEnd{0});
        }
    CHECK(http::find_head_end(text, 0)->size == text.size() - 3);
    CHECK(http::find_head_end(text, text.size() - 4)->size == text.size() - 3);
    CHECK(http::find_head_end("GET\n", 3).error() == Refusal{400});
    CHECK(http::find_head_end("GET\rx", 4).error() == Refusal{400});
}

/// The body, or the status; `step` bytes at a time. What follows the body must be left.
std::string chunked(std::string_view text, std::size_t step, std::string_view after = "") {
    http::ChunkReader reader;
    const auto all = std::string(text) + std::string(after);
    for (std::size_t i = 0; i < all.size(); i += step) {
        auto piece = std::string_view(all).substr(i, step);
        const auto done = reader.read(piece);
        if (!done)
            return std::to_string(done.error().status);
        if (*done)
            return i + step - piece.size() >= text.size() ? reader.body() : "reads too far";
    }
    return "incomplete";
}

TEST_CASE("chunks are joined, whatever the size of the reads") {
    for (const std::size_t step : {1UL, 2UL, 3UL, 1000UL}) {
        CAPTURE(step);
        CHECK(chunked("0\r\n\r\n", step) == "");
        CHECK(chunked("3\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n", step) == "abc0123456789");
        CHECK(chunked("3;x=\"y\"\r\nabc\r\n0 ;z\r\nTrailer: ignored\r\n\r\n", step) == "abc");
        CHECK(chunked("2\r\n\r\n\r\n0\r\n\r\n", step) == "\r\n");
        CHECK(chunked("3\r\nabc\r\n", step) == "incomplete");
        CHECK(chunked("10000\r\n" + std::string(65536, 'x') + "\r\n0\r\n\r\n", 1 + step * 100) ==
              std::string(65536, 'x'));
    }
    http::ChunkReader reader;
    std::string_view bytes = "0\r\n\r\nGET";
    CHECK(reader.read(bytes) == true);
    CHECK(bytes == "GET");
}

TEST_CASE("chunks that are not exact are refused") {
    for (const std::size_t step : {1UL, 1000UL}) {
        CAPTURE(step);
        for (const std::string text : {"3\nabc\r\n", "3\r\nabcd\r\n", "3\r\nabc\n0\r\n", "x\r\n", "\r\n", "-1\r\n",
                                       "0x3\r\nabc", "3\r\r\n", " 3\r\nabc", "0\r\na\n", "+3\r\nabc"})
            CHECK(chunked(text, step) == "400");
        CHECK(chunked(std::string("3;\0\r\nabc"sv), step) == "400");
        CHECK(chunked("10001\r\n", step) == "413");
        CHECK(chunked("ffff\r\n" + std::string(65535, 'x') + "\r\n2\r\n", 1 + step * 100) == "413");
        CHECK(chunked("fffffffffffffffff\r\n", step) == "413");
        CHECK(chunked("1;" + std::string(20000, 'x'), 1 + step * 100) == "431");
        CHECK(chunked("0\r\n" + std::string(20000, 'x'), 1 + step * 100) == "431");
    }
    std::string tiny; // more overhead than body
    for (int i = 0; i < 5000; ++i)
        tiny += "1\r\nx\r\n";
    CHECK(chunked(tiny, 1000) == "431");
}

} // namespace http1_request_test

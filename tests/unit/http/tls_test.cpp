#include "tls_client.hpp"

#include "http/tls_session.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace tls_test {

using namespace std::string_view_literals;

struct Pair {
    http::TlsSession server{unit::tls()};
    unit::TlsClient client;
    std::string at_server;
    std::string at_client;
    std::string error;

    explicit Pair(std::string_view alpn, int newest = TLS1_3_VERSION, const char* suites = nullptr,
                  int oldest = TLS1_VERSION)
        : client(alpn, newest, suites, oldest) {
        exchange();
    }
    /// In pieces of `step` bytes towards the server.
    void exchange(std::size_t step = 1 << 20) {
        for (;;) {
            const auto up = client.output();
            const auto down = std::exchange(server.output(), {});
            if (up.empty() && down.empty())
                return;
            for (std::size_t i = 0; i < up.size(); i += step)
                if (const auto taken = server.receive(std::string_view(up).substr(i, step), at_server); !taken)
                    error = taken.error();
            if (!down.empty())
                client.receive(down, at_client);
        }
    }
};

TEST_CASE("ALPN prefers HTTP/2 and accepts HTTP/1.1; none offered is HTTP/1.1") {
    CHECK(Pair("\x08http/1.1\x02h2"sv).server.protocol() == "h2");
    CHECK(Pair("\x08http/1.1"sv).server.protocol() == "http/1.1");
    const Pair none("");
    CHECK(none.server.protocol().empty());
    CHECK(none.server.established());
    const Pair other("\x03"
                     "foo"sv);
    CHECK_FALSE(other.server.established());
    CHECK(other.client.failed);
}

TEST_CASE("bytes pass both ways, however they are cut") {
    Pair pair("\x02h2"sv);
    REQUIRE(pair.client.established());
    const std::string large(100'000, 'x');
    for (const std::size_t step : {1UL, 7UL, 100'000UL}) {
        pair.at_server.clear();
        pair.at_client.clear();
        pair.client.send(large);
        pair.server.send(large);
        pair.exchange(step);
        CHECK(pair.at_server == large);
        CHECK(pair.at_client == large);
    }
    pair.client.close();
    pair.exchange();
    CHECK(pair.server.ended());
    pair.server.close();
    pair.exchange();
    CHECK(pair.client.ended);
}

TEST_CASE("TLS 1.2 is served with lnd's suites alone, older versions not at all") {
    for (const char* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                              "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA256", "HIGH+ECDSA"}) {
        CAPTURE(suite);
        const Pair pair("\x02h2"sv, TLS1_2_VERSION, suite);
        CHECK(pair.server.established());
    }
    for (const char* suite : {"ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"}) {
        CAPTURE(suite);
        const Pair pair("\x02h2"sv, TLS1_2_VERSION, suite);
        CHECK_FALSE(pair.server.established());
        CHECK_FALSE(pair.error.empty());
    }
    CHECK_FALSE(Pair("\x02h2"sv, TLS1_1_VERSION).server.established());
    CHECK(Pair("\x02h2"sv, TLS1_3_VERSION, nullptr, TLS1_3_VERSION).server.established());
}

TEST_CASE("nothing of a session outlives it: no tickets, no resumption") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Pair pair("\x02h2"sv, version);
        pair.server.send("x");
        pair.exchange();
        auto* session = SSL_get1_session(pair.client.raw());
        CHECK(SSL_SESSION_has_ticket(session) == 0);
        CHECK(SSL_SESSION_is_resumable(session) == 0);
        SSL_SESSION_free(session);
    }
}

TEST_CASE("a client cannot renegotiate") {
    Pair pair("\x02h2"sv, TLS1_2_VERSION);
    REQUIRE(pair.server.established());
    SSL_renegotiate(pair.client.raw());
    SSL_do_handshake(pair.client.raw());
    pair.exchange();
    pair.client.send("after");
    pair.exchange();
    CHECK(SSL_num_renegotiations(pair.client.raw()) <= 1); // counts the one it tried
    CHECK(pair.client.failed);
}

TEST_CASE("a plain HTTP request gets no byte; after an error nothing is taken") {
    http::TlsSession server(unit::tls());
    std::string plain;
    const auto taken = server.receive("GET / HTTP/1.1\r\nhost: a\r\n\r\n", plain);
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error() == "http request");
    CHECK(server.output().empty());
    CHECK_FALSE(server.receive("more", plain).has_value());
    server.send("plain");
    server.close();
    CHECK(server.output().empty());
    CHECK(plain.empty());
}

TEST_CASE("damaged records end the session with a reason") {
    Pair pair("\x02h2"sv);
    pair.client.send("hello");
    auto bytes = pair.client.output();
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    std::string plain;
    const auto taken = pair.server.receive(bytes, plain);
    REQUIRE_FALSE(taken.has_value());
    CHECK(plain.empty());
    CHECK_FALSE(pair.server.output().empty()); // an alert
}

TEST_CASE("certificate and key must fit and be ECDSA; errors quote neither") {
    const auto& own = unit::certificate();
    const auto other = http::make_certificate({"o", "n", {}, {}}, base::from_seconds(1));
    CHECK(http::Tls::make(own.certificate_pem, other->key_pem).error() == "the key does not belong to the certificate");
    CHECK(http::Tls::make("", own.key_pem).error() == "no certificate in PEM");
    CHECK(http::Tls::make(own.certificate_pem, "").error() == "no private key in PEM");
    CHECK(http::Tls::make(own.certificate_pem, "-----BEGIN EC PRIVATE KEY-----\nAAAA\n").error() ==
          "no private key in PEM");
    CHECK(http::Tls::make(own.certificate_pem + other->certificate_pem, own.key_pem).has_value());
}

} // namespace tls_test

#include "jetstream/problem.hpp"

#include <doctest/doctest.h>

namespace problem_test {

using jetstream::connect_problem;

TEST_CASE("why there is no connection") {
    const auto problem = [](natsStatus status, const std::string& text) {
        const auto sentence = connect_problem("nats://a:1", status, text);
        const std::string head = "cannot connect to nats://a:1: ";
        REQUIRE(sentence.starts_with(head));
        return sentence.substr(head.size());
    };
    CHECK(problem(NATS_NO_SERVER, "") == "no server answers there");
    CHECK(problem(NATS_TIMEOUT, "Timeout") == "the server does not answer in time");
    CHECK(problem(NATS_CONNECTION_AUTH_FAILED, "x") == "the server refuses the credentials (x)");
    CHECK(problem(NATS_SSL_ERROR, "SSL handshake error: unsupported protocol") ==
          "the TLS handshake failed (unsupported protocol)");
    CHECK(problem(NATS_SSL_ERROR, "SSL handshake error: (null)") ==
          "the TLS handshake failed: the connection was lost meanwhile");
    CHECK(problem(NATS_PROTOCOL_ERROR, "Expected 'PONG', got ''") ==
          "the server closed the connection before it accepted this client");
    CHECK(problem(NATS_PROTOCOL_ERROR, "Expected 'PONG', got 'HTTP'") == "Expected 'PONG', got 'HTTP'");
    CHECK(problem(NATS_INVALID_ARG, "input cannot be empty") ==
          "the server has no users with keys, so the nkey cannot be used");
    CHECK(
        connect_problem("tls://a:1", NATS_PROTOCOL_ERROR, "Expected 'PONG', got ''") ==
        "cannot connect to tls://a:1: the server closed the connection before it accepted this client; does it demand "
        "a client's certificate?");
}

} // namespace problem_test

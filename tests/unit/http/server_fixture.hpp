// A server on a loop, with a listener of TLS and a plain one, and what it logs.
#pragma once

#include "handler.hpp"
#include "server_client.hpp"

#include "http/server.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace unit {

inline constexpr const char* h2 = "\x02h2"; ///< for ALPN
inline const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

struct ServerFixture {
    io::Loop loop;
    ScriptHandler handler;
    std::vector<std::string> logged;
    std::unique_ptr<http::Server> server;
    std::uint16_t tls_port;
    std::uint16_t plain_port;

    explicit ServerFixture(const http::Limits& limits = {})
        : server(std::make_unique<http::Server>(
              loop, handler, [this](base::LogLevel, const std::string& message) { logged.push_back(message); },
              limits)),
          tls_port(listen(tls())),
          plain_port(listen(nullptr)) {}

    std::uint16_t listen(std::shared_ptr<const http::Tls> tls) {
        const auto bound = server->listen({"localhost", 0}, std::move(tls));
        REQUIRE(bound.has_value());
        REQUIRE(bound->starts_with("127.0.0.1:"));
        return http::read_address(*bound, 0)->port;
    }
};

} // namespace unit

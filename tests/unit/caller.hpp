// A client of the fake lightningd, for tests of rpc::Client and of code that uses it.
#pragma once

#include "fake_lightningd.hpp"
#include "rpc/client.hpp"
#include "until.hpp"

/// A connected client, and its log.
struct Caller {
    io::Loop loop;
    unit::FakeLightningd node;
    std::vector<std::string> log;
    int ups = 0;
    rpc::Client client;

    explicit Caller(bool listen = true)
        : node(loop, listen), client(loop, "trackpayments", "tag", [this](base::LogLevel, const std::string& line) {
              log.push_back(line);
          }) {}
    bool connect() {
        client.start(node.path(), [this] { ++ups; });
        return unit::until(loop, [&] { return client.up() && node.connections > 0; });
    }
    bool calls(std::size_t n) {
        return unit::until(loop, [&] { return node.calls.size() == n; });
    }
};

/// The answer to one call, and how often it came.
struct Answer {
    int times = 0;
    int losses = 0;
    std::string result;
    rpc::Client::Failure failure;

    rpc::Client::Callback callback() {
        return [this](const tl::expected<std::string_view, rpc::Client::Failure>& reply) {
            ++times;
            if (reply)
                result = *reply;
            else
                failure = reply.error();
        };
    }
    rpc::Client::Lost lost() {
        return [this] { ++losses; };
    }
};

// The other side of a client: a socket that notes the calls and says what the test tells it to.
#pragma once

#include "directory.hpp"
#include "listener.hpp"
#include "rpc/client.hpp"
#include "rpc/write.hpp"
#include "until.hpp"

#include <list>
#include <optional>
#include <vector>

struct Call {
    std::string id; ///< raw
    std::string method;
    std::string params;
};

class Node {
  public:
    explicit Node(io::Loop& loop, bool listen = true) : loop_(loop) {
        if (listen)
            open();
    }

    std::vector<Call> calls;
    std::size_t connections = 0;

    [[nodiscard]] std::string path() const { return directory_.path / "rpc"; }
    void open() {
        listener_.emplace(loop_, path(), [this](std::unique_ptr<io::Stream> stream) {
            ++connections;
            peers_.emplace_back(*this, std::move(stream));
        });
    }
    void refuse() { listener_.reset(); }
    /// Closes every connection there is.
    void hang_up() { peers_.clear(); }
    /// Bytes to the newest connection.
    void say(std::string bytes) { peers_.back().connection.send(std::move(bytes)); }
    void answer(const Call& call, std::string_view result) { say(rpc::result(call.id, result)); }

  private:
    struct Peer final : rpc::Connection::Handler {
        Node& node;
        rpc::Connection connection;
        Peer(Node& owner, std::unique_ptr<io::Stream> stream) : node(owner), connection(std::move(stream), *this) {
            connection.start();
        }
        void read(std::span<const rpc::Message> messages) override {
            for (const auto& message : messages)
                node.calls.push_back(
                    {std::string(message.id), std::string(message.method), std::string(message.params)});
        }
        void skipped(const rpc::Message&, const std::string& reason) override {
            throw std::runtime_error("a bad call: " + reason);
        }
        void closed(const std::string&) override {}
    };

    io::Loop& loop_;
    unit::Directory directory_;
    std::list<Peer> peers_;
    std::optional<unit::Listener> listener_;
};

/// A client that is up, and what it logged.
struct Caller {
    io::Loop loop;
    Node node;
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

/// What one call was answered, and how often.
struct Answer {
    int times = 0;
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
};

// lightningd's socket in this process: records the calls and answers as the test wants. Unit tests and fuzz targets use
// it. It knows no command, only JSON-RPC.
#pragma once

#include "directory.hpp"
#include "listener.hpp"
#include "rpc/connection.hpp"
#include "rpc/write.hpp"

#include <deque>
#include <functional>
#include <list>
#include <optional>

namespace unit {

struct Call {
    std::string id; ///< raw
    std::string method;
    std::string params;
};

class FakeLightningd {
  public:
    /// In a directory of its own; `listen`: from the beginning.
    explicit FakeLightningd(io::Loop& loop, bool listen = true) : FakeLightningd(loop, nullptr, listen) {}
    /// In a directory shared with others, which is faster.
    FakeLightningd(io::Loop& loop, const Directory& shared) : FakeLightningd(loop, &shared, true) {}

    std::deque<Call> calls;
    std::size_t connections = 0; ///< so far
    /// Answers a call at once with its return value, if any. Such calls are not recorded.
    std::function<std::optional<std::string>(const Call&)> answers;

    [[nodiscard]] std::string path() const { return (shared_ ? shared_ : &*own_)->path / "rpc"; }
    [[nodiscard]] bool connected() const { return !peers_.empty(); }
    void open() {
        listener_.emplace(loop_, path(), [this](std::unique_ptr<io::Stream> stream) {
            ++connections;
            if (stream)
                peers_.emplace_back(*this, std::move(stream));
        });
    }
    /// New connections are refused.
    void stop_listening() { listener_.reset(); }
    /// Closes every connection.
    void hang_up() { peers_.clear(); }
    /// Sends bytes to the newest connection.
    void send(std::string bytes) {
        if (connected())
            peers_.back().connection.send(std::move(bytes));
    }
    void answer(const Call& call, std::string_view result) { send(rpc::result(call.id, result)); }
    void refuse(const Call& call, const rpc::Error& error) { send(rpc::error(call.id, error)); }
    /// `error` as raw JSON.
    void refuse_raw(const Call& call, std::string_view error) { send(refusal(call.id, error)); }

    static std::string refusal(std::string_view id, std::string_view error) {
        std::string text = R"({"jsonrpc":"2.0","id":)";
        return text.append(id).append(R"(,"error":)").append(error).append("}");
    }

  private:
    struct Peer final : rpc::Connection::Handler {
        FakeLightningd& node;
        rpc::Connection connection;
        Peer(FakeLightningd& owner, std::unique_ptr<io::Stream> stream)
            : node(owner), connection(std::move(stream), *this) {
            connection.start();
        }
        void read(std::span<const rpc::Message> messages) override {
            for (const auto& message : messages)
                node.called(*this, message);
        }
        void skipped(const rpc::Message&, const std::string& reason) override {
            throw std::runtime_error("a bad call: " + reason);
        }
        void closed(const std::string&) override {}
    };

    FakeLightningd(io::Loop& loop, const Directory* shared, bool listen) : loop_(loop), shared_(shared) {
        if (!shared)
            own_.emplace();
        if (listen)
            open();
    }

    void called(Peer& peer, const rpc::Message& message) {
        Call call{std::string(message.id), std::string(message.method), std::string(message.params)};
        if (auto reply = answers ? answers(call) : std::nullopt)
            peer.connection.send(std::move(*reply));
        else
            calls.push_back(std::move(call));
    }

    io::Loop& loop_;
    std::optional<Directory> own_;
    const Directory* shared_;
    std::list<Peer> peers_;
    std::optional<Listener> listener_;
};

} // namespace unit

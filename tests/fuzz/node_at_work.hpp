// A node for the plugin to talk to: it answers from its rows, or as the input says.
#pragma once

#include "json_input.hpp"
#include "rpc/connection.hpp"
#include "rpc/write.hpp"
#include "unit/directory.hpp"
#include "unit/listener.hpp"

#include <deque>
#include <list>

namespace fuzz {

class NodeAtWork final {
  public:
    explicit NodeAtWork(io::Loop& loop)
        : listener_(loop, directory().path / "rpc", [this](std::unique_ptr<io::Stream> stream) {
              if (stream)
                  peers_.emplace_back(*this, std::move(stream));
          }) {}

    /// One for all inputs: making directories is slow.
    static unit::Directory& directory() {
        static unit::Directory one;
        return one;
    }

    void add_row(std::string_view text) {
        if (auto row = parsed(text))
            rows_.push_back(std::move(*row));
    }
    void say_next(std::string_view text, bool is_error) { next_.emplace_back(text, is_error); }
    void fire_wait(std::string_view result) {
        if (waits_.empty() || peers_.empty())
            return;
        say(rpc::result(waits_.front(), result));
        waits_.pop_front();
    }
    void say(std::string bytes) {
        if (!peers_.empty())
            peers_.back().connection.send(std::move(bytes));
    }
    void hang_up() {
        peers_.clear();
        waits_.clear();
    }

  private:
    struct Peer final : rpc::Connection::Handler {
        NodeAtWork& node;
        rpc::Connection connection;
        Peer(NodeAtWork& owner, std::unique_ptr<io::Stream> stream)
            : node(owner), connection(std::move(stream), *this) {
            connection.start();
        }
        void read(std::span<const rpc::Message> messages) override {
            for (const auto& message : messages)
                node.called(*this, message);
        }
        void skipped(const rpc::Message&, const std::string&) override {
            require(false, "calls to the node are messages");
        }
        void closed(const std::string&) override {}
    };

    void called(Peer& peer, const rpc::Message& call) {
        const auto params = parsed(call.params);
        require(call.kind() == rpc::Message::Kind::request && params && params->is_structured(),
                "a call has an id, a method and params");
        if (!next_.empty() && call.method != "wait") {
            const auto [text, is_error] = next_.front();
            next_.pop_front();
            const auto id = std::string(call.id);
            return peer.connection.send(is_error ? R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":)" + text + "}"
                                                 : rpc::result(id, text));
        }
        peer.connection.send(answer(call, *params));
    }

    std::string answer(const rpc::Message& call, const Tree& params) {
        if (call.method == "getinfo")
            return rpc::result(call.id, R"({"id":"02)" + std::string(64, 'b') + R"(","blockheight":800000})");
        if (call.method == "wait") {
            if (at(params, "nextvalue") && params["nextvalue"] == 0)
                return rpc::result(call.id, R"({"subsystem":"sendpays","created":)" + std::to_string(rows_.size()) +
                                                R"(,"updated":)" + std::to_string(rows_.size()) + R"(,"deleted":0})");
            waits_.emplace_back(call.id);
            return {};
        }
        if (call.method == "listsendpays") {
            auto found = Tree::array();
            for (const auto& row : rows_)
                if (!at(params, "payment_hash") || !at(row, "payment_hash") ||
                    params["payment_hash"] == row["payment_hash"])
                    found.push_back(row);
            return rpc::result(call.id, R"({"payments":)" + json::dump(found) + "}");
        }
        return rpc::error(call.id, {-32601, "Unknown command"});
    }

    std::vector<Tree> rows_;
    std::deque<std::pair<std::string, bool>> next_;
    std::deque<std::string> waits_;
    std::list<Peer> peers_;
    unit::Listener listener_;
};

} // namespace fuzz

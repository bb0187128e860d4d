// The caller's side of a JSON-RPC unix socket: many calls in flight, replies in any order, reconnecting by itself with
// a growing pause. Promises one thing: every call gets exactly one answer, in a later turn of the loop, a lost
// connection included. It does not repeat lost calls: only the caller knows whether that is right.
#pragma once

#include "base/log.hpp"
#include "io/timer.hpp"
#include "rpc/connection.hpp"
#include "rpc/error.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include <tl/expected.hpp>

namespace rpc {

class Client final : private Connection::Handler {
  public:
    struct Failure {
        bool lost = false; ///< there is no connection any more (or yet): nobody knows whether the call was carried out
        Error error;       ///< what the other side said; a sentence of ours when lost
        std::string raw;   ///< the error object as it came; empty when lost
    };
    /// The raw result, valid during the callback, or why there is none.
    using Callback = std::function<void(const tl::expected<std::string_view, Failure>&)>;

    /// Ids will be `<name>:<method>#<n>-<tag>`. With a random tag nobody else can have made them. Nothing happens
    /// before start().
    Client(io::Loop& loop, std::string name, std::string tag, base::Log log);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// `on_up` is called at each (re)connection. `path`: of the unix socket.
    void start(std::string path, std::function<void()> on_up);
    /// `params`: raw JSON array or object.
    void call(std::string_view method, std::string_view params, Callback callback);
    [[nodiscard]] io::Loop& loop() { return loop_; }
    [[nodiscard]] bool up() const { return up_; }
    /// A call with this id (raw) was made here and is not answered yet.
    [[nodiscard]] bool awaits(std::string_view id) const { return calls_.contains(std::string(id)); }
    /// Calls not answered yet.
    [[nodiscard]] std::size_t in_flight() const { return calls_.size(); }

  private:
    void connect();
    void lost(const std::string& reason);
    void answered(const Message& message);
    void fail_lost(Callback callback);
    void read(std::span<const Message> messages) override;
    void skipped(const Message& head, const std::string& reason) override;
    void closed(const std::string& reason) override;

    io::Loop& loop_;
    std::string name_;
    std::string tag_;
    base::Log log_;
    std::string path_;
    std::function<void()> on_up_;
    std::unique_ptr<Connection> connection_;
    bool up_ = false;
    bool told_down_ = false; // one log line an outage, not one a try
    std::uint64_t next_id_ = 1;
    std::unordered_map<std::string, Callback> calls_; // by raw id
    std::deque<Callback> to_fail_;
    std::chrono::milliseconds pause_;
    io::Timer reconnect_;
    io::Timer fail_soon_;
};

} // namespace rpc

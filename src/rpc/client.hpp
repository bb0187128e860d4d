// The client side of JSON-RPC on a unix socket: many calls in flight, replies in any order, automatic reconnection with
// a growing pause. A call belongs to one connection and is never repeated. If the connection is lost, its answer never
// comes. Code that follows the server's state starts over at the next connection; code that owes somebody an answer
// passes a `Lost` callback.
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
        Error error;     ///< the server's error
        std::string raw; ///< the error object as it came
    };
    /// The raw result, valid during the callback, or the failure. Called in a later turn of the loop.
    using Callback = std::function<void(const tl::expected<std::string_view, Failure>&)>;
    /// Called in a later turn instead of the answer when there is no connection, or it was lost. It is then unknown
    /// whether the call was carried out.
    using Lost = std::function<void()>;

    /// Ids are `<name>:<method>#<n>-<tag>`. A random tag makes sure that nobody else uses them. Does nothing before
    /// start().
    Client(io::Loop& loop, std::string name, std::string tag, base::Log log);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// `path`: of the unix socket. `on_up` is called at each connection, `on_down` when one is lost.
    void start(std::string path, std::function<void()> on_up, std::function<void()> on_down = nullptr);
    /// Calls of one turn of the loop are written together, at its end: each write wakes the server.
    /// `params`: raw JSON array or object. Without `lost`, a call that can no longer be answered is dropped.
    void call(std::string_view method, std::string_view params, Callback answer, Lost lost = nullptr);
    [[nodiscard]] io::Loop& loop() { return loop_; }
    [[nodiscard]] bool up() const { return up_; }
    /// True if a call with this raw id was made here and is not answered yet.
    [[nodiscard]] bool awaits(std::string_view id) const { return find(id) != calls_.end(); }
    /// Number of connections so far; identifies a connection.
    [[nodiscard]] std::uint64_t connections() const { return connections_; }
    /// Calls not answered yet.
    [[nodiscard]] std::size_t in_flight() const { return calls_.size(); }

  private:
    void connect();
    void lost(const std::string& reason);
    void report_lost(Lost lost);
    void answered(const Message& message);
    void read(std::span<const Message> messages) override;
    void skipped(const Message& head, const std::string& reason) override;
    void closed(const std::string& reason) override;

    io::Loop& loop_;
    std::string name_;
    std::string tag_;
    base::Log log_;
    std::string path_;
    std::function<void()> on_up_;
    std::function<void()> on_down_;
    std::unique_ptr<Connection> connection_;
    bool up_ = false;
    bool outage_logged_ = false; // one log line per outage, not per attempt
    std::uint64_t connections_ = 0;
    std::uint64_t next_id_ = 1;
    struct Call {
        std::string id; // raw
        Callback answer;
        Lost lost;
    };
    using Calls = std::unordered_map<std::uint64_t, Call>;
    [[nodiscard]] Calls::const_iterator find(std::string_view id) const;
    Calls calls_;           // by the number in the id
    std::deque<Lost> lost_; // to be called
    std::chrono::milliseconds pause_;
    io::Timer reconnect_;
    io::Timer next_turn_;
};

} // namespace rpc

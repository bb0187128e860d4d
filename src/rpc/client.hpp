// The caller's side of a JSON-RPC unix socket: many calls in flight, replies in any order, reconnecting by itself with
// a growing pause. A call belongs to the connection it was made on and is never repeated: when that is lost, its answer
// does not come. Who follows the other side begins anew with the next connection; who owes somebody an answer gives a
// `Lost` and is notified of it.
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
        Error error;     ///< what the other side said
        std::string raw; ///< the error object as it came
    };
    /// The raw result, valid during the callback, or why there is none. Called in a later turn of the loop.
    using Callback = std::function<void(const tl::expected<std::string_view, Failure>&)>;
    /// There is no connection any more, or yet: nobody knows whether the call was carried out. Called in a later turn,
    /// in place of the answer.
    using Lost = std::function<void()>;

    /// Ids will be `<name>:<method>#<n>-<tag>`. With a random tag nobody else can have made them. Nothing happens
    /// before start().
    Client(io::Loop& loop, std::string name, std::string tag, base::Log log);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// `on_up` is called at each (re)connection, `on_down` when one is lost. `path`: of the unix socket.
    void start(std::string path, std::function<void()> on_up, std::function<void()> on_down = nullptr);
    /// `params`: raw JSON array or object. Without `lost` a call that cannot be answered any more is dropped.
    void call(std::string_view method, std::string_view params, Callback answer, Lost lost = nullptr);
    [[nodiscard]] io::Loop& loop() { return loop_; }
    [[nodiscard]] bool up() const { return up_; }
    /// A call with this id (raw) was made here and is not answered yet.
    [[nodiscard]] bool awaits(std::string_view id) const { return calls_.contains(std::string(id)); }
    /// How many connections there have been: shows what belongs to an earlier one.
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
    bool outage_logged_ = false; // one log line an outage, not one a try
    std::uint64_t connections_ = 0;
    std::uint64_t next_id_ = 1;
    struct Call {
        Callback answer;
        Lost lost;
    };
    std::unordered_map<std::string, Call> calls_; // by raw id
    std::deque<Lost> lost_;                       // to be called
    std::chrono::milliseconds pause_;
    io::Timer reconnect_;
    io::Timer next_turn_;
};

} // namespace rpc

#include "http/server.hpp"

#include "http/connection.hpp"

#include "io/tcp_listener.hpp"
#include "io/timer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace http {

namespace {

constexpr std::size_t most_log_lines = 10; // a minute

} // namespace

struct Server::State {
    State(io::Loop& loop_of_all, Handler& handler_of_all, base::Log log_of_all, const Limits& limits_of_all)
        : loop(loop_of_all), handler(handler_of_all), log(std::move(log_of_all)), limits(limits_of_all) {}

    io::Loop& loop;
    Handler& handler;
    const base::Log log;
    const Limits limits;
    std::vector<std::unique_ptr<io::TcpListener>> listeners;
    std::vector<std::unique_ptr<Connection>> connections;
    std::vector<std::unique_ptr<Connection>> ended; // their callbacks may still be running
    io::Timer begin_stop{loop};
    io::Timer release{loop};
    io::Timer stop_limit{loop};
    std::function<void()> stopped;
    std::uint64_t minute = 0; // of the loop's clock
    std::size_t logged = 0;   // in this minute

    /// Clients could make any number of lines, and the log is lightningd's.
    void log_sometimes(base::LogLevel level, const std::string& message) {
        const auto now = uv_now(loop.raw()) / 60'000;
        if (std::exchange(minute, now) != now)
            logged = 0;
        if (++logged <= most_log_lines)
            log(level, message);
    }

    void accept(std::unique_ptr<io::Stream> stream, const std::shared_ptr<const Tls>& tls) {
        const auto peer = stream->peer_address();
        const auto of_peer =
            static_cast<std::size_t>(std::count_if(connections.begin(), connections.end(),
                                                   [&](const auto& connection) { return connection->peer() == peer; }));
        const bool none_left = connections.size() >= limits.connections;
        if (none_left || (of_peer >= limits.connections_of_one_address && !is_loopback(peer))) {
            log_sometimes(base::LogLevel::unusual, "refused a connection of " + peer + ": there are " +
                                                       std::to_string(none_left ? connections.size() : of_peer) +
                                                       " already");
            return;
        }
        Connection::Owner owner{
            handler, [this](const Connection& connection, const std::string& reason) { end(connection, reason); }};
        connections.push_back(std::make_unique<Connection>(loop, std::move(stream), tls, limits, std::move(owner)));
    }

    void end(const Connection& connection, const std::string& reason) {
        if (!reason.empty())
            log_sometimes(base::LogLevel::debug, "connection of " + connection.peer() + " closed: " + reason);
        const auto found = std::find_if(connections.begin(), connections.end(),
                                        [&](const auto& each) { return each.get() == &connection; });
        ended.push_back(std::move(*found));
        *found = std::move(connections.back());
        connections.pop_back();
        release.start(std::chrono::milliseconds(0), [this] { release_ended(); });
    }

    void release_ended() {
        ended.clear();
        if (connections.empty() && stopped) {
            stop_limit.cancel();
            std::exchange(stopped, nullptr)(); // may destroy the server
        }
    }

    void stop() {
        listeners.clear();
        std::vector<Connection*> all; // the list changes when one ends
        for (const auto& connection : connections)
            all.push_back(connection.get());
        for (auto* connection : all)
            connection->stop();
        release_ended();
    }

    void stop_now() {
        auto left = std::exchange(connections, {});
        left.clear();
        release_ended();
    }
};

Server::Server(io::Loop& loop, Handler& handler, base::Log log, Limits limits)
    : state_(std::make_unique<State>(loop, handler, std::move(log), limits)) {}

Server::~Server() = default;

tl::expected<std::string, std::string> Server::listen(const Address& address, std::shared_ptr<const Tls> tls) {
    const auto accept = [state = state_.get(), tls = std::move(tls)](std::unique_ptr<io::Stream> stream) {
        state->accept(std::move(stream), tls);
    };
    auto bound = address;
    if (address.host.empty())
        bound.host = "::"; // with IPv4
    else if (address.host == "localhost")
        bound.host = "127.0.0.1"; // as Go prefers it
    auto listener = io::TcpListener::open(state_->loop, bound.host, bound.port, accept);
    if (!listener && address.host.empty()) {
        bound.host = "0.0.0.0"; // a machine without IPv6
        listener = io::TcpListener::open(state_->loop, bound.host, bound.port, accept);
    }
    if (!listener)
        return tl::unexpected(to_string(bound) + ": " + listener.error());
    bound.port = (*listener)->port();
    state_->listeners.push_back(std::move(*listener));
    return to_string(bound);
}

std::size_t Server::connections() const {
    return state_->connections.size();
}

void Server::stop(std::function<void()> done) {
    state_->stopped = std::move(done);
    state_->stop_limit.start(state_->limits.stop, [state = state_.get()] { state->stop_now(); });
    // Not here: the caller may be an Answer, inside a session.
    state_->begin_stop.start(std::chrono::milliseconds(0), [state = state_.get()] { state->stop(); });
}

} // namespace http

#include "http/server.hpp"

#include "http/connection.hpp"
#include "http/incident_log.hpp"
#include "http/penalties.hpp"

#include "io/tcp_listener.hpp"
#include "io/timer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace http {

struct Server::State {
    State(io::Loop& loop_of_all, Handler& handler_of_all, base::Log log_of_all, const Limits& limits_of_all)
        : loop(loop_of_all),
          handler(handler_of_all),
          incidents(std::move(log_of_all)),
          limits(limits_of_all),
          penalties(limits_of_all.refusals) {}

    io::Loop& loop;
    Handler& handler;
    IncidentLog incidents;
    const Limits limits;
    Penalties penalties;
    std::vector<std::unique_ptr<io::TcpListener>> listeners;
    std::vector<std::unique_ptr<Connection>> connections;
    std::vector<std::unique_ptr<Connection>> ended; // their callbacks may still be running
    io::Timer begin_stop{loop};
    io::Timer release{loop};
    io::Timer stop_limit{loop};
    std::function<void()> stopped;
    std::uint64_t accepted = 0;

    [[nodiscard]] std::chrono::milliseconds now() const { return std::chrono::milliseconds(uv_now(loop.raw())); }

    void accept(std::unique_ptr<io::Stream> stream, const std::shared_ptr<const Tls>& tls) {
        const auto peer = stream->peer_address();
        if (!make_room(peer, network_of(peer)))
            return;
        Connection::Owner owner{
            handler, [this](const Connection& connection, const Connection::Reason& why) { end(connection, why); },
            [this](const std::string& network) { penalties.count(network, now()); },
            [this](const std::string& network) { return penalties.slowed(network, now()); }};
        connections.push_back(
            std::make_unique<Connection>(loop, std::move(stream), tls, limits, std::move(owner), ++accepted));
    }

    /// Closes the oldest connection of the lowest rank, if there are too many of this network, or in all. False if each
    /// has a right to stay.
    bool make_room(const std::string& peer, const std::string& network) {
        if (!is_loopback(peer)) {
            const bool slowed = penalties.slowed(network, now());
            const auto most = slowed ? limits.connections_of_slowed_address : limits.connections_of_one_address;
            const auto of_network = std::count_if(connections.begin(), connections.end(), [&](const auto& connection) {
                return connection->network() == network;
            });
            if (static_cast<std::size_t>(of_network) >= most && !close_least(&network))
                return refuse(peer, slowed ? "slowed" : "too many of one address",
                              static_cast<std::size_t>(of_network));
        }
        if (connections.size() >= limits.connections && !close_least(nullptr))
            return refuse(peer, "too many", connections.size());
        return true;
    }

    bool refuse(const std::string& peer, const char* kind, std::size_t number) {
        incidents.add(now(), base::LogLevel::unusual, std::string("refused: ") + kind,
                      "refused a connection of " + peer + ": there are " + std::to_string(number) + " already");
        return false;
    }

    /// `network` null: of all.
    bool close_least(const std::string* network) {
        Connection* least = nullptr;
        for (const auto& each : connections) {
            if (each->rank() == Connection::Rank::permitted || (network != nullptr && each->network() != *network))
                continue;
            if (least == nullptr || std::pair(each->rank(), each->number()) < std::pair(least->rank(), least->number()))
                least = each.get();
        }
        if (least != nullptr)
            least->make_room();
        return least != nullptr;
    }

    void end(const Connection& connection, const Connection::Reason& why) {
        if (!why.kind.empty())
            incidents.add(now(), why.abuse ? base::LogLevel::info : base::LogLevel::debug, why.kind,
                          "closed a connection of " + connection.peer() + ": " + why.kind +
                              (why.details.empty() ? "" : ": " + why.details));
        const auto found = std::find_if(connections.begin(), connections.end(),
                                        [&](const auto& each) { return each.get() == &connection; });
        ended.push_back(std::move(*found));
        *found = std::move(connections.back());
        connections.pop_back();
        release.start(std::chrono::milliseconds(0), [this] { release_ended(); });
    }

    void pause(const std::string& reason) {
        incidents.add(now(), base::LogLevel::unusual, "no room for connections",
                      "new connections wait: " + reason + " (at " + std::to_string(connections.size()) +
                          " connections)");
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

Server::Server(io::Loop& loop, Handler& handler, base::Log log, const Limits& limits)
    : state_(std::make_unique<State>(loop, handler, std::move(log), limits)) {}

Server::~Server() = default;

tl::expected<std::string, std::string> Server::listen(const Address& address, std::shared_ptr<const Tls> tls) {
    const auto accept = [state = state_.get(), tls = std::move(tls)](std::unique_ptr<io::Stream> stream) {
        state->accept(std::move(stream), tls);
    };
    const auto on_pause = [state = state_.get()](const std::string& reason) { state->pause(reason); };
    auto bound = address;
    if (address.host.empty())
        bound.host = "::"; // with IPv4
    else if (address.host == "localhost")
        bound.host = "127.0.0.1"; // as Go prefers it
    auto listener = io::TcpListener::open(state_->loop, bound.host, bound.port, accept, on_pause);
    if (!listener && address.host.empty()) {
        bound.host = "0.0.0.0"; // a machine without IPv6
        listener = io::TcpListener::open(state_->loop, bound.host, bound.port, accept, on_pause);
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

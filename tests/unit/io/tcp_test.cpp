#include "ends.hpp"

#include "io/tcp_listener.hpp"

#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

namespace tcp_test {

using unit::until;

/// A socket of the test, connected to 127.0.0.1.
ends::Pair connect(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ends::must(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return {-1, fd};
}

TEST_CASE("a listener accepts connections, which know their peer and send small writes at once") {
    io::Loop loop;
    for (const char* host : {"127.0.0.1", "::"}) { // the second carries IPv4 in IPv6
        CAPTURE(host);
        std::vector<std::unique_ptr<io::Stream>> accepted;
        const auto listener =
            io::TcpListener::open(loop, host, 0, [&](auto stream) { accepted.push_back(std::move(stream)); });
        REQUIRE(listener.has_value());
        CHECK((*listener)->port() != 0);
        const auto client = connect((*listener)->port());
        REQUIRE(until(loop, [&] { return accepted.size() == 1; }));
        CHECK(accepted[0]->peer_address() == "127.0.0.1");
        ends::Reader reader;
        reader.attach(*accepted[0]);
        ends::send(client.theirs, "hello");
        accepted[0]->write("welcome");
        CHECK(until(loop, [&] { return reader.bytes == "hello"; }));
        CHECK(ends::drain(client.theirs) == "welcome");
    }
}

TEST_CASE("after shut_down_writing() the peer reads the end and may still write") {
    io::Loop loop;
    std::unique_ptr<io::Stream> accepted;
    const auto listener =
        io::TcpListener::open(loop, "127.0.0.1", 0, [&](auto stream) { accepted = std::move(stream); });
    REQUIRE(listener.has_value());
    const auto client = connect((*listener)->port());
    REQUIRE(until(loop, [&] { return accepted != nullptr; }));
    accepted->write("last");
    accepted->when_drained([&] { accepted->shut_down_writing(); });
    std::string all;
    std::array<char, 16> buffer{};
    for (ssize_t n = 0; (n = ::read(client.theirs, buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(n));
    CHECK(all == "last");
    ends::Reader reader;
    reader.attach(*accepted);
    ends::send(client.theirs, "still");
    CHECK(until(loop, [&] { return reader.bytes == "still"; }));
    CHECK(reader.ends == 0);
}

TEST_CASE("a listener that cannot open gives the system's reason; a destroyed one frees its port") {
    io::Loop loop;
    const auto ignore = [](auto) {};
    auto first = io::TcpListener::open(loop, "127.0.0.1", 0, ignore);
    REQUIRE(first.has_value());
    const auto port = (*first)->port();
    CHECK(io::TcpListener::open(loop, "127.0.0.1", port, ignore).error() == "address already in use");
    CHECK(io::TcpListener::open(loop, "localhost", 0, ignore).error() == "not an IP address");
    CHECK_FALSE(io::TcpListener::open(loop, "192.0.2.1", 0, ignore).has_value()); // RFC 5737: nobody's
    first->reset();
    unit::settle(loop);
    CHECK(io::TcpListener::open(loop, "127.0.0.1", port, ignore).has_value());
}

TEST_CASE("the callback may destroy the listener") {
    io::Loop loop;
    std::unique_ptr<io::TcpListener> listener;
    int accepted = 0;
    listener = std::move(*io::TcpListener::open(loop, "127.0.0.1", 0, [&](auto) {
        ++accepted;
        listener.reset();
    }));
    const auto port = listener->port();
    const auto one = connect(port);
    const auto two = connect(port);
    REQUIRE(until(loop, [&] { return accepted > 0; }));
    unit::settle(loop);
    CHECK(accepted == 1);
}

TEST_CASE("without descriptors a listener waits, says why, and goes on by itself") {
    io::Loop loop;
    int pauses = 0;
    std::string reason;
    std::vector<std::unique_ptr<io::Stream>> accepted;
    const auto listener = io::TcpListener::open(
        loop, "127.0.0.1", 0, [&](auto stream) { accepted.push_back(std::move(stream)); },
        [&](const std::string& why) {
            ++pauses;
            reason = why;
        });
    REQUIRE(listener.has_value());
    const auto one = connect((*listener)->port());
    const auto two = connect((*listener)->port());
    rlimit before{};
    ends::must(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit low{static_cast<rlim_t>(two.theirs) + 1, before.rlim_max};
    ends::must(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    CHECK(until(loop, [&] { return pauses == 2; }));
    CHECK(reason == "too many open files");
    CHECK(accepted.empty());
    ends::must(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(until(loop, [&] { return accepted.size() == 2; })); // no client was lost
    ends::Reader reader;
    reader.attach(*accepted[1]);
    ends::send(two.theirs, "hello");
    CHECK(until(loop, [&] { return reader.bytes == "hello"; }));
}

TEST_CASE("a crowd of connections is accepted in several turns") {
    io::Loop loop;
    std::vector<std::unique_ptr<io::Stream>> accepted;
    const auto listener =
        io::TcpListener::open(loop, "127.0.0.1", 0, [&](auto stream) { accepted.push_back(std::move(stream)); });
    REQUIRE(listener.has_value());
    constexpr std::size_t crowd = io::TcpListener::most_at_once + 10;
    std::vector<std::unique_ptr<ends::Pair>> clients;
    while (clients.size() < crowd) {
        auto client = connect((*listener)->port());
        clients.push_back(std::make_unique<ends::Pair>(-1, std::exchange(client.theirs, -1)));
    }
    REQUIRE(until(loop, [&] { return !accepted.empty(); }));
    CHECK(accepted.size() == io::TcpListener::most_at_once);
    CHECK(until(loop, [&] { return accepted.size() == crowd; }));
}

TEST_CASE("a stream that is no TCP socket has no peer address") {
    io::Loop loop;
    const auto pair = ends::socket();
    CHECK(ends::open(loop, pair.ours)->peer_address().empty());
}

TEST_CASE("addresses are shown as people write them") {
    const auto shown = [](const char* ip) {
        sockaddr_storage storage{};
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        inet_pton(AF_INET6, ip, &v6.sin6_addr);
        std::memcpy(&storage, &v6, sizeof v6);
        return io::address_text(storage);
    };
    CHECK(shown("::1") == "::1");
    CHECK(shown("::ffff:10.1.2.3") == "10.1.2.3");
    CHECK(shown("2001:db8::5") == "2001:db8::5");
    CHECK(io::address_text({}).empty());
}

} // namespace tcp_test

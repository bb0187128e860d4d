#include "jetstream/attempt.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace attempt_test {

// Two ends of a connection on loopback.
class Pair final {
  public:
    Pair() {
        const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(listening, reinterpret_cast<const sockaddr*>(&address), length) == 0);
        REQUIRE(::listen(listening, 1) == 0);
        REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        port = ntohs(address.sin_port);
        client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(::connect(client_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
        server_ = ::accept(listening, nullptr, nullptr);
        ::close(listening);
    }
    ~Pair() {
        ::close(client_);
        ::close(server_);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    [[nodiscard]] bool open() const {
        char byte = 0;
        return ::recv(client_, &byte, 1, MSG_DONTWAIT) < 0; // else it is at its end
    }

    std::uint16_t port = 0;

  private:
    int client_ = -1;
    int server_ = -1;
};

TEST_CASE("only an attempt is broken off, and only its connection") {
    const Pair tried;
    const Pair other;
    jetstream::Attempt attempt;
    attempt.break_off();
    CHECK(tried.open());
    attempt.begin(tried.port);
    CHECK_FALSE(attempt.end());
    attempt.break_off(); // a session now
    CHECK(tried.open());

    attempt.begin(tried.port);
    attempt.break_off();
    CHECK_FALSE(tried.open());
    CHECK(other.open());
    attempt.break_off();
    CHECK(attempt.end());
    attempt.begin(other.port);
    CHECK_FALSE(attempt.end()); // each for itself
    CHECK(other.open());
}

TEST_CASE("an attempt without a connection cannot be broken off") {
    std::uint16_t port = 0;
    {
        const Pair gone;
        port = gone.port;
    }
    jetstream::Attempt attempt;
    attempt.begin(port);
    attempt.break_off();
    CHECK_FALSE(attempt.end());
}

} // namespace attempt_test

#include "directory.hpp"
#include "ends.hpp"
#include "listener.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace socket_test {

using unit::Directory;
using unit::until;

TEST_CASE("two streams exchange bytes over a unix socket") {
    const Directory directory;
    const auto path = directory.path / "s";
    io::Loop loop;
    std::vector<std::unique_ptr<io::Stream>> accepted;
    const unit::Listener listener(loop, path, [&](auto stream) { accepted.push_back(std::move(stream)); });
    int connected = 0;
    std::string reason = "not asked";
    const auto client = io::Stream::connect(loop, path, [&](const std::string& why) {
        ++connected;
        reason = why;
    });
    CHECK(connected == 0); // never called inside connect()
    client->write("sent before the connection");
    REQUIRE(until(loop, [&] { return connected == 1 && accepted.size() == 1; }));
    CHECK(reason.empty());
    ends::Reader server_side;
    ends::Reader client_side;
    server_side.attach(*accepted[0]);
    client_side.attach(*client);
    accepted[0]->write("hello");
    CHECK(
        until(loop, [&] { return server_side.bytes == "sent before the connection" && client_side.bytes == "hello"; }));
    accepted.clear();
    CHECK(until(loop, [&] { return client_side.ends == 1; }));
    CHECK(client_side.reason.empty());
    CHECK(connected == 1);
}

TEST_CASE("connecting to a missing socket gives the reason, in a later turn") {
    const Directory directory;
    io::Loop loop;
    int called = 0;
    std::string reason;
    const auto client = io::Stream::connect(loop, directory.path / "nothing", [&](const std::string& why) {
        ++called;
        reason = why;
    });
    client->write("never");
    CHECK(called == 0);
    CHECK(until(loop, [&] { return called == 1; }));
    CHECK_FALSE(reason.empty());
}

TEST_CASE("a path longer than a socket path may be is refused, not cut") {
    const Directory directory;
    const std::string path = directory.path / std::string(200, 'x');
    // The path that a cut would give.
    const std::string cut = path.substr(0, 107);
    io::Loop loop;
    std::vector<std::unique_ptr<io::Stream>> accepted;
    const unit::Listener listener(loop, cut, [&](auto stream) { accepted.push_back(std::move(stream)); });
    std::string reason;
    int called = 0;
    const auto client = io::Stream::connect(loop, path, [&](const std::string& why) {
        ++called;
        reason = why;
    });
    CHECK(called == 0);
    CHECK(until(loop, [&] { return called == 1; }));
    CHECK_FALSE(reason.empty());
    CHECK(accepted.empty());
}

TEST_CASE("a stream destroyed before it is connected calls nothing") {
    const Directory directory;
    io::Loop loop;
    bool called = false;
    {
        const auto client =
            io::Stream::connect(loop, directory.path / "nothing", [&](const std::string&) { called = true; });
    }
    unit::settle(loop);
    CHECK_FALSE(called);
}

} // namespace socket_test

#include "ends.hpp"

#include <filesystem>
#include <vector>

#include <doctest/doctest.h>

using unit::until;

namespace {

/// A directory of our own for a socket.
struct Directory {
    std::filesystem::path path;
    Directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "unit-io-XXXXXX").string();
        ends::must(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path); }
};

/// Listens and accepts all that come.
struct Listener {
    uv_pipe_t handle{};
    std::vector<std::unique_ptr<io::Stream>> accepted;

    Listener(io::Loop& loop, const std::string& path) {
        uv_pipe_init(loop.raw(), &handle, 0);
        handle.data = this;
        ends::must(uv_pipe_bind(&handle, path.c_str()) == 0);
        ends::must(uv_listen(reinterpret_cast<uv_stream_t*>(&handle), 8, [](uv_stream_t* server, int) {
                       static_cast<Listener*>(server->data)->accepted.push_back(io::Stream::accept(server));
                   }) == 0);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    void close(io::Loop& loop) {
        uv_close(reinterpret_cast<uv_handle_t*>(&handle), nullptr);
        unit::settle(loop);
    }
};

} // namespace

TEST_CASE("two streams meet at a unix socket") {
    const Directory directory;
    const auto path = directory.path / "s";
    io::Loop loop;
    Listener listener(loop, path);
    int connected = 0;
    std::string reason = "not asked";
    const auto client = io::Stream::connect(loop, path, [&](const std::string& why) {
        ++connected;
        reason = why;
    });
    CHECK(connected == 0); // never from within connect()
    client->write("said before the connection stood");
    REQUIRE(until(loop, [&] { return connected == 1 && listener.accepted.size() == 1; }));
    CHECK(reason.empty());
    ends::Reader server_side;
    ends::Reader client_side;
    server_side.attach(*listener.accepted[0]);
    client_side.attach(*client);
    listener.accepted[0]->write("hello");
    CHECK(until(loop, [&] {
        return server_side.bytes == "said before the connection stood" && client_side.bytes == "hello";
    }));
    listener.accepted.clear();
    CHECK(until(loop, [&] { return client_side.ends == 1; }));
    CHECK(client_side.reason.empty());
    CHECK(connected == 1);
    listener.close(loop);
}

TEST_CASE("a socket that is not there is a reason, in a later turn") {
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

TEST_CASE("a path longer than a socket's may be is refused, not cut") {
    const Directory directory;
    const std::string path = directory.path / std::string(200, 'x');
    // Where a cut path would lead.
    const std::string cut = path.substr(0, 107);
    io::Loop loop;
    Listener listener(loop, cut);
    std::string reason;
    int called = 0;
    const auto client = io::Stream::connect(loop, path, [&](const std::string& why) {
        ++called;
        reason = why;
    });
    CHECK(called == 0);
    CHECK(until(loop, [&] { return called == 1; }));
    CHECK_FALSE(reason.empty());
    CHECK(listener.accepted.empty());
    listener.close(loop);
}

TEST_CASE("a stream destroyed before its connection stands says nothing") {
    const Directory directory;
    io::Loop loop;
    bool called = false;
    {
        const auto client = io::Stream::connect(loop, directory.path / "nothing", [&](const std::string&) { called = true; });
    }
    unit::settle(loop);
    CHECK_FALSE(called);
}

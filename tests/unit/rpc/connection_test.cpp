#include "rpc/connection.hpp"

#include "recorder.hpp"

#include <doctest/doctest.h>

namespace connection_test {

using unit::until;

TEST_CASE("messages are delivered one by one, however they are split into reads") {
    Pair pair;
    pair.send("{\"id\":1,\"method\":\"a\",\"params\":{}}\n\n{\"id\":2,\"met");
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 1; }));
    pair.send("hod\":\"b\"}{\"method\":\"c\"}");
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 3; }));
    CHECK(pair.recorder.messages == Texts{"a#1", "b#2", "c#"});
    CHECK(pair.recorder.bad.empty());
    CHECK(pair.recorder.ends.empty());
}

TEST_CASE("the messages of one read are delivered together, after its skipped bytes") {
    Pair pair;
    pair.send(R"({"id":1,"method":"a"}{"id":2,"method":"b"} garbage {"id":7,"method":"odd",}{"id":3,"method":"c"})");
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 3; }));
    CHECK(pair.recorder.order == Texts{"skipped #", "skipped odd#7", "read a b c"});
}

TEST_CASE("an incomplete message is not delivered") {
    Pair pair;
    pair.send(R"({"id":1,"method":"a)");
    unit::settle(pair.loop);
    CHECK(pair.recorder.order.empty());
    pair.send(R"("}{"id":2,"method":"b"})");
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 2; }));
    CHECK(pair.recorder.order == Texts{"read a b"});
}

TEST_CASE("bytes that are no message are reported without quoting them, and the next message is read") {
    Pair pair;
    pair.send(R"(secret {"secret":1} {"id":1,"method":"se\u0063ret"} {"secret",} {"id":1,"method":"fine"})");
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 1; }));
    CHECK(pair.recorder.messages == Texts{"fine#1"});
    CHECK(pair.recorder.bad.size() == 4);
    for (const auto& reason : pair.recorder.bad)
        CHECK(reason.find("secret") == std::string::npos);
}

TEST_CASE("a message nested too deep is reported and skipped") {
    Pair pair;
    pair.send("{\"a\":" + std::string(500, '[') + std::string(500, ']') + "}{\"id\":1,\"method\":\"fine\"}");
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 1; }));
    CHECK(pair.recorder.bad.size() == 1);
}

TEST_CASE("an end between messages closes once, without an error") {
    Pair pair;
    pair.send("{\"id\":1,\"method\":\"last\"}\n\n");
    pair.hang_up();
    CHECK(until(pair.loop, [&] { return !pair.recorder.ends.empty(); }));
    unit::settle(pair.loop);
    CHECK(pair.recorder.messages == Texts{"last#1"});
    CHECK(pair.recorder.ends == Texts{""});
    CHECK(pair.recorder.bad.empty());
}

TEST_CASE("an end in the middle of a message is reported") {
    Pair pair;
    pair.send("{\"id\":1,\"method\":\"cut");
    pair.hang_up();
    CHECK(until(pair.loop, [&] { return !pair.recorder.ends.empty(); }));
    CHECK(pair.recorder.messages.empty());
    CHECK(pair.recorder.bad.size() == 1);
    CHECK(pair.recorder.ends == Texts{""});
}

TEST_CASE("a message larger than any buffer is delivered whole") {
    Pair pair;
    const std::string big(3'000'000, 'x');
    pair.connection->send(R"({"id":1,"result":")" + big + "\"}\n\n");
    CHECK(until(pair.loop, [&] { return pair.receive().size() > big.size(); }));
    pair.send(pair.receive());
    CHECK(until(pair.loop, [&] { return pair.recorder.messages.size() == 1; }));
    CHECK(pair.recorder.largest > big.size());
}

TEST_CASE("sending works before start, receiving does not") {
    Pair pair(false);
    pair.send("{\"id\":1,\"method\":\"early\"}");
    pair.connection->send("sent early");
    CHECK(until(pair.loop, [&] { return pair.receive() == "sent early"; }));
    unit::settle(pair.loop);
    CHECK(pair.recorder.messages.empty());
    pair.connection->start();
    CHECK(until(pair.loop, [&] { return pair.recorder.messages == Texts{"early#1"}; }));
}

TEST_CASE("a connection on two streams reads from one and writes to the other") {
    io::Loop loop;
    auto in = pipe_ends();
    auto out = pipe_ends();
    Recorder recorder;
    rpc::Connection connection(std::move(*io::Stream::open(loop, in[0])), std::move(*io::Stream::open(loop, out[1])),
                               recorder);
    connection.start();
    const std::string text = "{\"id\":1,\"method\":\"m\"}";
    REQUIRE(::write(in[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    connection.send("reply");
    std::array<char, 16> got{};
    REQUIRE(::read(out[0], got.data(), got.size()) == 5);
    CHECK(std::string(got.data()) == "reply");
    CHECK(until(loop, [&] { return recorder.messages == Texts{"m#1"}; }));
    ::close(in[1]);
    ::close(out[0]);
    CHECK(until(loop, [&] { return recorder.ends.size() == 1; }));
    connection.send("not read");
    unit::settle(loop);
}

TEST_CASE("a handler may destroy the connection when it is closed") {
    Pair pair;
    pair.recorder.on_closed = [&] { pair.connection.reset(); };
    pair.send("{\"cut");
    pair.hang_up();
    CHECK(until(pair.loop, [&] { return !pair.recorder.ends.empty(); }));
    CHECK(pair.connection == nullptr);
    unit::settle(pair.loop);
}

} // namespace connection_test

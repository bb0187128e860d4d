// The order of queued messages, their cut into chunks, and the reuse of their memory.
#include "io/outbox.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace outbox_test {

using io::Outbox;
using io::Priority;

namespace {

constexpr std::size_t all = 1000;

} // namespace

TEST_CASE("ordinary messages are sent in their order") {
    Outbox box;
    box.push("one ", Priority::ordinary);
    box.push("two ", Priority::ordinary);
    box.push("three", Priority::ordinary);
    CHECK(box.queued_bytes() == 13);
    CHECK(box.take(all) == "one two three");
    CHECK(box.queued_bytes() == 0);
    CHECK(box.take(all).empty());
}

TEST_CASE("an urgent message overtakes ordinary ones that have not begun") {
    Outbox box;
    box.push("one ", Priority::ordinary);
    box.push("two ", Priority::ordinary);
    box.push("URGENT ", Priority::urgent);
    box.push("AGAIN ", Priority::urgent);
    CHECK(box.take(all) == "URGENT AGAIN one two ");
}

TEST_CASE("an urgent message waits for the end of a message that has begun") {
    Outbox box;
    box.push("0123456789", Priority::ordinary);
    box.push("later", Priority::ordinary);
    CHECK(box.take(4) == "0123");
    box.push("URGENT", Priority::urgent);
    CHECK(box.queued_bytes() == 6 + 5 + 6);
    CHECK(box.take(3) == "456");
    CHECK(box.take(5) == "789UR");
    CHECK(box.take(all) == "GENTlater");
}

TEST_CASE("a chunk is as long as its limit while enough is queued, never longer") {
    Outbox box;
    for (int i = 0; i < 10; ++i)
        box.push("abcdefg", Priority::ordinary);
    std::string whole;
    std::size_t chunks = 0;
    for (auto chunk = box.take(16); !chunk.empty(); chunk = box.take(16), ++chunks) {
        CHECK(chunk.size() == (whole.size() + 16 <= 70 ? 16 : 70 - whole.size()));
        whole += chunk;
    }
    CHECK(chunks == 5);
    CHECK(whole.size() == 70);
}

TEST_CASE("the source is asked only when both queues are empty") {
    Outbox box;
    int asked = 0;
    box.set_source([&](std::string& leaving) {
        ++asked;
        if (asked == 1)
            leaving += "from the source ";
        return asked == 1;
    });
    box.push("one ", Priority::ordinary);
    CHECK(box.take(4) == "one ");
    CHECK(asked == 0);
    CHECK(box.queued_bytes() == 0);
    box.push("two ", Priority::ordinary);
    box.push("URGENT ", Priority::urgent);
    CHECK(box.take(all) == "URGENT two from the source ");
    CHECK(asked == 2);
}

TEST_CASE("an urgent message waits for the end of a message from the source") {
    Outbox box;
    bool given = false;
    box.set_source([&](std::string& leaving) {
        if (given)
            return false;
        given = true;
        leaving += "0123456789";
        return true;
    });
    CHECK(box.take(4) == "0123");
    CHECK(box.queued_bytes() == 6);
    box.push("URGENT", Priority::urgent);
    CHECK(box.take(all) == "456789URGENT");
}

TEST_CASE("the source is asked only until the chunk is full") {
    Outbox box;
    int left = 100;
    box.set_source([&](std::string& leaving) {
        if (left == 0)
            return false;
        --left;
        leaving += "0123456789";
        return true;
    });
    CHECK(box.take(25).size() == 25);
    CHECK(left == 97);
    CHECK(box.queued_bytes() == 5);
}

TEST_CASE("a message pushed by the source while it is asked is sent, even if the source returns false") {
    Outbox box;
    int asked = 0;
    box.set_source([&](std::string&) {
        if (++asked == 1)
            box.push("a log line", Priority::ordinary);
        return false;
    });
    CHECK(box.take(all) == "a log line");
    CHECK(box.queued_bytes() == 0);
}

TEST_CASE("an empty message does not end the queue") {
    Outbox box;
    box.push("", Priority::ordinary);
    box.push("x", Priority::ordinary);
    CHECK(box.take(all) == "x");
}

TEST_CASE("a cleared outbox is empty, also of the rest of a message that has begun") {
    Outbox box;
    box.push("0123456789", Priority::ordinary);
    box.push("x", Priority::urgent);
    CHECK(box.take(3) == "x01");
    box.clear();
    CHECK(box.queued_bytes() == 0);
    CHECK(box.take(all).empty());
    box.push("new", Priority::ordinary);
    CHECK(box.take(all) == "new");
}

TEST_CASE("append_buffer() is available while no whole message is queued, even if one has begun") {
    Outbox box;
    REQUIRE(box.append_buffer());
    box.append_buffer()->append("0123456789");
    CHECK(box.queued_bytes() == 10);
    CHECK(box.take(4) == "0123");
    REQUIRE(box.append_buffer());
    box.append_buffer()->append("abc");
    box.push("URGENT", Priority::urgent);
    CHECK_FALSE(box.append_buffer());
    CHECK(box.queued_bytes() == 6 + 3 + 6);
    CHECK(box.take(all) == "456789abcURGENT");
    CHECK(box.append_buffer());
    box.push("ordinary", Priority::ordinary);
    CHECK_FALSE(box.append_buffer());
}

TEST_CASE("a chunk stays valid while messages are queued") {
    Outbox box;
    box.push("0123456789", Priority::ordinary);
    const auto chunk = box.take(4);
    for (int i = 0; i < 1000; ++i)
        box.push("more", Priority::urgent);
    CHECK(chunk == "0123");
}

TEST_CASE("the space of sent bytes is used again") {
    Outbox box;
    std::size_t sent = 0;
    std::size_t heard = 0;
    std::size_t largest = 0;
    for (int i = 0; i < 1000; ++i) {
        auto* room = box.append_buffer();
        REQUIRE(room);
        room->append(30, 'x');
        sent += 30;
        largest = std::max(largest, room->size());
        if (box.queued_bytes() >= 100)
            heard += box.take(100).size();
    }
    CHECK(largest <= 130);
    CHECK(sent - heard == box.queued_bytes());
}

TEST_CASE("the rest of a long message is not moved before half of it is sent") {
    Outbox box;
    box.push(std::string(1000, 'x'), Priority::ordinary);
    const auto first = box.take(100);
    const auto* begin = first.data();
    CHECK(box.take(100).data() == begin + 100);
    CHECK(box.append_buffer()->size() == 1000);
    while (box.queued_bytes() > 500)
        CHECK(box.take(100).size() == 100);
    CHECK(box.append_buffer()->size() == 500);
    CHECK(box.take(all).size() == 500);
}

TEST_CASE("memory above the kept amount is freed once all is written, and not before") {
    Outbox box;
    box.keep(1000);
    box.push(std::string(10'000, 'x'), Priority::ordinary);
    (void)box.take(9'000);
    box.drop_written();
    CHECK(box.queued_bytes() == 1'000);
    CHECK(box.append_buffer()->capacity() >= 10'000);
    (void)box.take(9'000);
    box.drop_written();
    CHECK(box.append_buffer()->capacity() <= 1'000);
    box.push(std::string(500, 'x'), Priority::ordinary);
    (void)box.take(500);
    box.drop_written();
    CHECK(box.append_buffer()->capacity() >= 500);
}

} // namespace outbox_test

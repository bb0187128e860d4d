// The publisher: the messages of a change, their order and cursors, and slow readers.
#include "publish/publisher.hpp"

#include "../until.hpp"
#include "facts.hpp"
#include "json/text.hpp"
#include "rpc/framer.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

namespace publisher_test {

using namespace facts;
using publish::Position;
using publish::Publisher;

namespace {

/// A table and its publisher; the test reads the other end of its stream.
struct Fixture {
    io::Loop loop;
    payments::Table table{100'000};
    publish::Progress progress;
    std::vector<std::string> log;
    int reader = -1;
    std::unique_ptr<io::Stream> out;
    std::optional<Publisher> publisher;
    rpc::Framer framer;

    Fixture() {
        int ends[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
        reader = ends[0];
        out = *io::Stream::open(loop, ends[1]);
        publisher.emplace(loop, *out, table, progress, publish::CursorMaker("run"),
                          [this](base::LogLevel, const std::string& line) { log.push_back(line); });
    }
    ~Fixture() { close(reader); }

    void apply(const payments::Event& event) { publisher->changed(table.apply(event)); }
    void apply(const std::vector<payments::Event>& events) { publisher->changed(table.apply(events)); }

    /// All messages until no more come.
    std::vector<std::string> read_texts() {
        std::vector<std::string> messages;
        std::array<char, 65536> buffer{};
        for (int silent = 0; silent < 5; ++silent) {
            unit::settle(loop);
            for (ssize_t n; (n = ::read(reader, buffer.data(), buffer.size())) > 0; silent = 0) {
                framer.feed({buffer.data(), static_cast<std::size_t>(n)});
                for (auto framed = framer.next(); framed.kind == rpc::Framer::Result::Kind::message;
                     framed = framer.next())
                    messages.emplace_back(framed.text);
                unit::settle(loop);
            }
        }
        return messages;
    }
    std::vector<json::Tree> read_all() {
        std::vector<json::Tree> messages;
        for (const auto& text : read_texts())
            messages.push_back(*json::parse(text));
        return messages;
    }
};

std::string cursor(const json::Tree& message) {
    return message["params"]["cursor"];
}

/// A payment with a large snapshot.
std::vector<payments::Event> many_parts() {
    std::vector<payments::Event> events;
    for (std::uint64_t n = 1; n <= 300; ++n)
        events.push_back(seen(pending(1, 9, n, n)));
    return events;
}

payments::Row row_of(std::uint32_t n) {
    auto row = pending(1, 1, 0, n);
    for (int i = 0; i < 4; ++i) // the bytes that the table's index uses
        row.key.hash.bytes[static_cast<std::size_t>(24 + i)] = static_cast<std::uint8_t>(n >> (8 * i));
    return row;
}

} // namespace

TEST_CASE("a snapshot has the cursor of all published before it, and a final one goes to both topics") {
    Fixture fixture;
    fixture.progress.reset({{4}, {2}});
    fixture.apply(seen(pending(1, 1, 0, 5)));
    fixture.progress.reset({{5}, {2}});
    fixture.apply(seen(complete(pending(1, 1, 0, 5), 3)));
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == 3);
    CHECK(messages[0]["method"] == "trackpayments");
    CHECK(messages[0]["params"]["trackpayments"]["status"] == "IN_FLIGHT");
    CHECK(cursor(messages[0]) == "00000000.run.4.2");
    CHECK(messages[1]["params"]["trackpayments"]["status"] == "SUCCEEDED");
    CHECK(messages[2]["method"] == "trackpayments_final");
    CHECK(messages[2]["params"]["trackpayments_final"] == messages[1]["params"]["trackpayments"]);
    CHECK(cursor(messages[2]) == "00000000.run.5.2");
}

TEST_CASE("a cursor does not cover snapshots that are still queued") {
    Fixture fixture;
    std::uint32_t n = 0;
    while (fixture.out->queued_bytes() == 0 || n < 1000) { // more than the socket holds
        fixture.apply(seen(row_of(++n)));
        fixture.progress.reset({{n}, {0}}); // its page was read meanwhile
    }
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == n);
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint64_t index =
            std::stoull(messages[i]["params"]["trackpayments"]["payment_index"].get<std::string>());
        const auto text = cursor(messages[i]);
        const std::uint64_t promised = std::stoull(text.substr(text.find("run.") + 4));
        CHECK(promised <= index);
    }
    CHECK(cursor(messages.back()) == "00000000.run." + std::to_string(n) + ".0");
}

TEST_CASE("a reused queue entry has nothing of its earlier use") {
    Fixture fixture;
    constexpr std::uint32_t many = 1000; // more than the socket holds
    for (std::uint32_t n = 1; n <= many; ++n)
        fixture.apply(seen(complete(row_of(n), n)));
    CHECK(fixture.out->queued_bytes() > 0);
    CHECK(fixture.read_all().size() == 2 * many);
    fixture.progress.reset({{many}, {many}});
    for (std::uint32_t n = many + 1; n <= 2 * many; ++n)
        fixture.apply(seen(row_of(n)));
    const auto messages = fixture.read_all();
    CHECK(messages.size() == many);
    for (const auto& message : messages) {
        CHECK(message["method"] == "trackpayments");
        CHECK(cursor(message) == "00000000.run.1000.1000");
    }
}

TEST_CASE("when nobody reads, the newest snapshot of each payment stays queued and older ones are merged") {
    Fixture fixture;
    constexpr std::uint32_t payments = 600;
    const std::string invoice(12'000, 'x'); // few snapshots fill the queue
    const auto long_one = [&](std::uint32_t n) {
        auto row = row_of(n);
        row.invoice = invoice;
        return row;
    };
    for (std::uint32_t n = 1; n <= payments; ++n)
        fixture.apply(seen(long_one(n)));
    for (std::uint32_t n = 1; n <= payments; ++n)
        fixture.apply(failure(long_one(n), 0x1007, 1));
    for (std::uint32_t n = 1; n <= payments; ++n)
        fixture.apply(payments::SilenceExpired{row_of(n).key});
    std::unordered_map<std::string, std::string> last;
    std::size_t snapshots = 0;
    auto messages = fixture.read_texts();
    for (auto& text : messages) {
        const auto at = text.find(invoice);
        REQUIRE(at != std::string::npos);
        const auto message = *json::parse(text.erase(at, invoice.size()));
        if (message["method"] == "trackpayments") {
            const auto& payment = message["params"]["trackpayments"];
            last[payment["payment_index"]] = payment["status"];
            ++snapshots;
        }
    }
    CHECK(last.size() == payments);
    for (const auto& [index, status] : last)
        CHECK(status == "FAILED");
    CHECK(snapshots < 3 * payments);
    REQUIRE(fixture.log.size() == 1); // the three changes of a payment were published, or merged and counted
    CHECK(fixture.log[0].starts_with(std::to_string(3 * payments - snapshots) + " intermediate snapshots were merged"));
}

TEST_CASE("a large snapshot in flight waits a second after the last one, a final one does not") {
    Fixture fixture;
    fixture.publisher->set_large_pause(std::chrono::hours(1));
    const auto part = [](std::uint64_t n) { return pending(1, 9, n, n); };
    fixture.apply(many_parts());
    const auto in_flight = fixture.read_all();
    REQUIRE(in_flight.size() == 1); // the first one does not wait
    CHECK(in_flight.back().dump().size() > publish::LargeSnapshots::large);
    fixture.apply(seen(part(301)));
    CHECK(fixture.read_all().empty());
    fixture.progress.reset({{7}, {7}});
    CHECK(fixture.progress.safe().created.value == 0); // the waiting snapshot holds the cursor
    fixture.publisher->set_large_pause(std::chrono::milliseconds(1));
    REQUIRE(unit::until(fixture.loop,
                        [&] { return fixture.out->queued_bytes() > 0 || fixture.progress.safe().created.value > 0; }));
    const auto later = fixture.read_all();
    REQUIRE(later.size() == 1);
    CHECK(later[0]["params"]["trackpayments"]["htlcs"].size() == 301);
    fixture.publisher->set_large_pause(std::chrono::hours(1));
    std::vector<payments::Event> events;
    for (std::uint64_t n = 1; n <= 301; ++n)
        events.push_back(seen(complete(part(n), n)));
    fixture.apply(events);
    const auto final = fixture.read_all();
    REQUIRE(final.size() == 2);
    CHECK(final.back()["method"] == "trackpayments_final");
}

TEST_CASE("a waiting large snapshot is written before the program ends") {
    Fixture fixture;
    fixture.publisher->set_large_pause(std::chrono::hours(1));
    fixture.apply(many_parts());
    fixture.read_all();
    fixture.apply(seen(pending(1, 9, 301, 301)));
    fixture.publisher->flush();
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == 1);
    CHECK(messages[0]["params"]["trackpayments"]["htlcs"].size() == 301);
}

TEST_CASE("a waiting large snapshot is dropped when another group has paid the hash") {
    Fixture fixture;
    fixture.publisher->set_large_pause(std::chrono::hours(1));
    fixture.apply(many_parts());
    (void)fixture.read_all();
    fixture.apply(seen(pending(1, 9, 301, 301))); // waits
    CHECK(fixture.read_all().empty());
    fixture.apply(seen(complete(pending(1, 10, 0, 400), 1)));
    const auto paid = fixture.read_all();
    REQUIRE_FALSE(paid.empty());
    fixture.publisher->flush();
    CHECK(fixture.read_all().empty());
}

TEST_CASE("a deletion gives payment_index and attempt_ids as strings") {
    Fixture fixture;
    const auto row = complete(pending(1, 9, 1, 10), 1);
    fixture.apply(seen(row));
    fixture.read_all();
    fixture.apply(payments::PartDeleted{row.key, row.created});
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == 1);
    CHECK(messages[0]["method"] == "trackpayments_deleted");
    CHECK(messages[0]["params"]["trackpayments_deleted"] == json::Tree({{"payment_hash", row.key.hash.hex()},
                                                                        {"payment_index", "10"},
                                                                        {"attempt_ids", {"10"}},
                                                                        {"remaining", 0}}));
}

TEST_CASE("the end of a payment whose last row was deleted is published before the deletion, on both topics") {
    Fixture fixture;
    fixture.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    std::vector<bool> observed;
    fixture.publisher->set_observer([&](const Publisher::Written& snapshot) { observed.push_back(snapshot.terminal); });
    fixture.apply(payments::PartDeleted{{hash(1), {9}}, {10}});
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == 4);
    CHECK(messages[1]["params"]["trackpayments"]["status"] == "FAILED");
    CHECK(messages[2]["params"]["trackpayments_final"] == messages[1]["params"]["trackpayments"]);
    CHECK(messages[3]["params"]["trackpayments_deleted"]["remaining"] == 0);
    CHECK(observed == std::vector{true});
}

TEST_CASE("messages that an observer sends follow directly after the snapshot it was called with") {
    for (const std::uint32_t payments : {1U, 3U, 2000U}) { // the last is more than the socket holds
        Fixture fixture;
        std::uint32_t shown = 0;
        const auto text = std::make_shared<const std::string>(",7");
        fixture.publisher->set_observer([&](const Publisher::Written& snapshot) {
            CHECK(snapshot.json.find(R"("payment_index":")" + std::to_string(++shown) + '"') != std::string_view::npos);
            CHECK(snapshot.number == shown);
            const auto head = R"({"jsonrpc":"2.0","method":"heard","params":[)" + std::to_string(shown);
            fixture.publisher->send_next(head + ",1", text, "]}");
            fixture.publisher->send_next(head + ",2", text, "]}");
        });
        for (std::uint32_t n = 1; n <= payments; ++n)
            fixture.apply(seen(row_of(n)));
        const auto messages = fixture.read_all();
        REQUIRE(messages.size() == 3 * payments);
        for (std::uint32_t n = 1; n <= payments; ++n) {
            CHECK(messages[3 * n - 3]["params"]["trackpayments"]["payment_index"] == std::to_string(n));
            CHECK(messages[3 * n - 2]["params"] == json::Tree::array({n, 1, 7}));
            CHECK(messages[3 * n - 1]["params"] == json::Tree::array({n, 2, 7}));
        }
        CHECK(fixture.publisher->next_sent());
        CHECK(fixture.publisher->waiting_bytes() == 0);
        CHECK(text.use_count() == 1);
    }
}

TEST_CASE("send_next() overtakes the queue, keeps its own order and starts the write") {
    Fixture fixture;
    const auto text = std::make_shared<const std::string>("");
    const auto next = [&](int n) {
        fixture.publisher->send_next(R"({"method":"next","params":)" + std::to_string(n), text, "}");
    };
    next(1);
    CHECK_FALSE(fixture.publisher->next_sent());
    fixture.publisher->send(R"({"method":"queued","params":2})");
    next(3);
    std::vector<int> order;
    for (const auto& message : fixture.read_all())
        order.push_back(message["params"]);
    CHECK(order == std::vector{1, 3, 2});
    next(4); // nothing else starts the write
    CHECK(fixture.read_all().size() == 1);
}

TEST_CASE("topics that are left out get no message, and observers and cursors do not notice") {
    for (const auto& [text, expected] :
         {std::pair{"trackpayments,trackpayments_deleted",
                    std::vector{"trackpayments", "trackpayments", "trackpayments_deleted"}},
          std::pair{"trackpayments_final", std::vector{"trackpayments_final"}},
          std::pair{"none", std::vector<const char*>{}}}) {
        Fixture fixture;
        std::vector<bool> observed;
        fixture.publisher->set_observer(
            [&](const Publisher::Written& snapshot) { observed.push_back(snapshot.terminal); });
        fixture.publisher->set_topics(*publish::read_topics(text));
        const auto row = pending(1, 9, 1, 10);
        fixture.apply(seen(row));
        fixture.apply(seen(complete(row, 1)));
        fixture.apply(payments::PartDeleted{row.key, row.created});
        fixture.progress.reset({{10}, {1}});
        std::vector<std::string> methods;
        for (const auto& message : fixture.read_all())
            methods.push_back(message["method"]);
        CHECK(methods == std::vector<std::string>(expected.begin(), expected.end()));
        CHECK(observed == std::vector{false, true});
        CHECK(fixture.publisher->position() == Position{{10}, {1}}); // nothing is held
        CHECK(fixture.publisher->waiting_bytes() == 0);
    }
}

TEST_CASE("without the topic of snapshots, a reader that is behind still gets every last state") {
    Fixture fixture;
    fixture.publisher->set_topics(*publish::read_topics("trackpayments_final"));
    constexpr std::uint32_t payments = 20'000; // more than is kept without merging
    for (std::uint32_t n = 1; n <= payments; ++n)
        fixture.apply(seen(row_of(n)));
    for (std::uint32_t n = 1; n <= payments; ++n)
        fixture.apply(seen(complete(row_of(n), n)));
    const auto messages = fixture.read_texts();
    CHECK(messages.size() == payments);
    for (const auto& message : messages)
        CHECK(message.find("SUCCEEDED") != std::string::npos);
    CHECK(fixture.progress.hold(publish::Progress::Reason::loading).position() == fixture.publisher->position());
}

TEST_CASE("a cursor has the node as soon as it is known") {
    Fixture fixture;
    fixture.apply(seen(row_of(1)));
    fixture.publisher->set_node(base::NodeId::from_hex("02" + std::string(64, 'a')).value());
    fixture.apply(seen(row_of(2)));
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == 2);
    CHECK(cursor(messages[0]) == "00000000.run.0.0");
    CHECK(cursor(messages[1]) == "02aaaaaa.run.0.0");
}

TEST_CASE("replies and snapshots are written in the order in which they were sent") {
    Fixture fixture;
    for (std::uint32_t n = 1; n <= 3; ++n) {
        fixture.apply(seen(row_of(n)));
        fixture.publisher->send(R"({"jsonrpc":"2.0","id":)" + std::to_string(n) + R"(,"result":{}})");
    }
    const auto messages = fixture.read_all();
    REQUIRE(messages.size() == 6);
    for (std::uint32_t n = 1; n <= 3; ++n) {
        CHECK(messages[2 * n - 2]["params"]["trackpayments"]["payment_index"] == std::to_string(n));
        CHECK(messages[2 * n - 1]["id"] == n);
    }
}

} // namespace publisher_test

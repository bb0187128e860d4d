// A mirror with its table and publisher; the test plays lightningd.
#pragma once

#include "facts.hpp"
#include "mirror/mirror.hpp"
#include "node.hpp"
#include "rpc/framer.hpp"

#include <map>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace unit {

class MirrorFixture {
  public:
    io::Loop loop;
    Node node{loop};
    payments::Table table{1000};
    publish::Progress progress;
    std::unique_ptr<io::Stream> out;
    std::optional<publish::Publisher> publisher;
    std::optional<mirror::Mirror> mirror;
    int ready = 0;
    std::map<std::string, Node::Call> waits; ///< open waits by index and number: `created 8`

    explicit MirrorFixture(cln::Version version = {26, 6}, bool sees_calls = true) {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        reader_ = ends[0];
        out = *io::Stream::open(loop, ends[1]);
        const auto log = [this](base::LogLevel, const std::string& line) { node.log.push_back(line); };
        publisher.emplace(loop, *out, table, progress, publish::CursorMaker("0123abcd"), log);
        mirror.emplace(
            loop, mirror::Mirror::Parts{node.lightningd, table, progress, *publisher},
            [] { return facts::second(100'000); }, mirror::MirrorConfig{version, sees_calls}, log);
        mirror->on_ready([this] { ++ready; });
        node.on_down = [this] { mirror->disconnected(); };
    }
    ~MirrorFixture() { close(reader_); }
    MirrorFixture(const MirrorFixture&) = delete;
    MirrorFixture& operator=(const MirrorFixture&) = delete;

    /// The next call that is no wait; waits are stored.
    Node::Call next() {
        while (true) {
            auto call = node.next();
            if (call.method != "wait")
                return call;
            const auto number = call.params["nextvalue"].get<std::uint64_t>();
            waits[call.params["indexname"].get<std::string>() + ' ' + std::to_string(number)] = call;
        }
    }
    /// Answers the first calls of each connection.
    void connect(std::uint64_t created, std::uint64_t updated, std::uint64_t deleted = 0) {
        waits.clear();
        mirror->connected();
        const auto getinfo = next();
        REQUIRE(getinfo.method == "getinfo");
        (void)node.quiet(); // the waits follow
        node.answer(getinfo, R"({"id":"02)" + std::string(64, 'a') + R"(","blockheight":800})");
        answer_counters(created, updated, deleted);
    }
    void answer_counters(std::uint64_t created, std::uint64_t updated, std::uint64_t deleted) {
        for (int n = 0; n < 3; ++n) {
            const auto call = node.next();
            REQUIRE(call.method == "wait");
            CHECK(call.params["nextvalue"] == 0);
            const std::string index = call.params["indexname"];
            const auto counter = index == "created" ? created : index == "updated" ? updated : deleted;
            node.answer(call, R"({"subsystem":"sendpays",")" + index + "\":" + std::to_string(counter) + "}");
        }
    }
    /// The next call, which must list the rows that were never updated.
    Node::Call never_updated(std::size_t limit = 100) {
        auto call = next();
        CHECK(call.params == json::Tree({{"index", "updated"}, {"start", 0}, {"limit", limit}}));
        return call;
    }
    /// Connects to a node without payments.
    void start_empty() {
        connect(0, 0);
        node.answer(never_updated(), listing({}));
        REQUIRE(mirror->ready());
        (void)read();
    }
    /// Connects to a node with 30 000 rows of which many are from before v23.11. Returns the request for the newest
    /// ones that are pending.
    Node::Call start_old() {
        connect(30'000, 0);
        std::vector<payments::Row> old_rows;
        for (std::uint64_t at = 1; at <= mirror::PendingSearch::longest_page; ++at)
            old_rows.push_back(facts::complete(facts::pending(9, 1, 0, at), 0));
        node.answer(never_updated(), listing({old_rows.begin(), old_rows.begin() + mirror::rows_per_page}));
        node.answer(never_updated(1000), listing(old_rows));
        const auto newest = next();
        CHECK(newest.params ==
              json::Tree({{"status", "pending"}, {"index", "created"}, {"start", 10'001}, {"limit", 100}}));
        return newest;
    }
    /// A notification, as if read from stdin.
    void notify(payments::Event fact) {
        mirror::NotificationBatch::DecodedNotification notification(std::move(fact));
        mirror->notified("sendpay_success", notification);
        settle(loop);
    }
    /// The messages published since the last call: `topic status index cursor`.
    std::vector<std::string> read() {
        std::vector<std::string> published;
        std::array<char, 65536> buffer{};
        for (int silent = 0; silent < 5; ++silent) {
            settle(loop);
            for (ssize_t n; (n = ::read(reader_, buffer.data(), buffer.size())) > 0; silent = 0)
                framer_.feed({buffer.data(), static_cast<std::size_t>(n)});
            for (auto framed = framer_.next(); framed.kind == rpc::Framer::Result::Kind::message;
                 framed = framer_.next())
                published.push_back(short_form(*json::parse(framed.text)));
        }
        return published;
    }

  private:
    static std::string short_form(const json::Tree& message) {
        const std::string topic = message["method"];
        const auto& params = message["params"];
        if (!params.contains("cursor"))
            return topic;
        const std::string cursor = params["cursor"];
        const auto& body = params[topic];
        return topic + ' ' + body.value("status", "") + ' ' + body["payment_index"].get<std::string>() + ' ' +
               cursor.substr(cursor.find('.', 9) + 1);
    }

    int reader_ = -1;
    rpc::Framer framer_;
};

} // namespace unit

// The command `trackpayments`: when each caller is answered, with which payments and which cursor.
#include "commands/trackpayments.hpp"

#include "mirror_fixture.hpp"

#include <doctest/doctest.h>

namespace trackpayments_test {

using namespace facts;
using Texts = std::vector<std::string>;

namespace {

const std::string node_id = "02aaaaaa";

struct Fixture : unit::MirrorFixture {
    std::map<std::string, std::string> results; ///< by id
    std::map<std::string, rpc::Error> errors;
    commands::TrackpaymentsCommand command;

    explicit Fixture(cln::Version version = {26, 6})
        : unit::MirrorFixture(version),
          command(loop, {node.lightningd, table, *mirror, progress, *publisher}, version,
                  [this](std::string_view id, const tl::expected<std::string, rpc::Error>& result) {
                      if (result)
                          results[std::string(id)] = *result;
                      else
                          errors[std::string(id)] = result.error();
                  }) {
        mirror->on_ready([this] { command.ready(); });
    }
    void ask(const std::string& id, const std::string& params) {
        command.serve(id, *json::parse(params), {});
        unit::settle(loop);
    }
    /// `index status` of each payment in an answer, then its cursor, then `more` if it is set, then `incomplete`.
    [[nodiscard]] Texts answer(const std::string& id) {
        REQUIRE_MESSAGE(results.contains(id), (errors.contains(id) ? errors[id].message : "no answer yet"));
        const auto result = *json::parse(results[id]);
        Texts shown;
        for (const auto& payment : result["payments"])
            shown.push_back(payment["payment_index"].get<std::string>() + ' ' + payment["status"].get<std::string>());
        const std::string cursor = result["cursor"];
        CHECK(cursor.starts_with(node_id + ".0123abcd."));
        shown.push_back(cursor.substr(node_id.size() + 10));
        if (result.contains("more"))
            shown.emplace_back("more");
        if (result.contains("complete") && result["complete"] == false)
            shown.emplace_back("incomplete");
        return shown;
    }
    static std::string since(const std::string& position, const std::string& rest = "") {
        return R"({"since":")" + node_id + ".0123abcd." + position + "\"" + rest + "}";
    }
    /// Both counters read the first row; an answer that waited for it is made again.
    void read_row(const payments::Row& row) {
        node.answer(waits["created 1"], R"({"subsystem":"sendpays","created":1})");
        node.answer(next(), unit::listing({row}));
        node.answer(waits["updated 1"],
                    R"({"subsystem":"sendpays","updated":)" + std::to_string(row.updated.value) + "}");
        node.answer(next(), unit::listing({row}));
        node.answer(next(), unit::listing({}));
        node.answer(next(), unit::listing({row}));
    }
    /// The mirror has read rows up to here, and the table has these.
    void has(const std::vector<payments::Row>& rows, publish::Position read) {
        for (const auto& row : rows)
            table.apply(seen(row));
        progress.reset(read);
    }
};

} // namespace

TEST_CASE("a caller from before the start is answered when the mirror is ready") {
    Fixture f;
    f.ask("1", "{}");
    CHECK(f.results.empty());
    f.start_empty();
    CHECK(f.answer("1") == Texts{"0.0"});
}

TEST_CASE("a cursor of another node, sent before the node is known, is refused at the start") {
    Fixture f;
    f.ask("1", R"({"since":"03bbbbbb.0123abcd.0.0"})");
    f.ask("2", Fixture::since("0.0"));
    f.start_empty();
    CHECK(f.errors["1"].code == rpc::invalid_params);
    CHECK(f.answer("2") == Texts{"0.0"});
    f.ask("3", R"({"since":"03bbbbbb.0123abcd.0.0"})");
    CHECK(f.errors["3"].message == "since: the cursor belongs to another node");
}

TEST_CASE("without parameters the payments in flight are given, oldest first; with no_inflight_updates none") {
    Fixture f;
    f.start_empty();
    f.has({pending(2, 1, 0, 2), pending(1, 1, 0, 1), complete(pending(3, 1, 0, 3), 1)}, {{3}, {1}});
    f.ask("1", "{}");
    CHECK(f.answer("1") == Texts{"1 IN_FLIGHT", "2 IN_FLIGHT", "3.1"});
    f.ask("2", "[true]");
    CHECK(f.answer("2") == Texts{"3.1"});
}

TEST_CASE("payments in flight are given at once, and marked incomplete until the older ones are found") {
    Fixture f;
    f.ask("1", "{}");
    f.node.answer(f.start_old(), unit::listing({}));
    const auto page = f.next();
    f.ask("2", R"({"timeout":1})");
    CHECK(f.answer("1") == Texts{"30000.0", "incomplete"});
    f.ask("3", Fixture::since("30000.0"));
    CHECK(f.results["3"].find("complete") == std::string::npos); // it is about rows after the cursor
    f.node.answer(page, unit::listing({pending(1, 1, 0, 5)}));
    f.node.answer(f.next(), unit::listing({pending(1, 1, 0, 5)}));
    f.ask("4", "{}");
    CHECK(f.answer("4") == Texts{"5 IN_FLIGHT", "30000.0"});
    CHECK(f.results["4"].find(R"("complete":true)") != std::string::npos);
    REQUIRE(unit::until(f.loop, [&] { return f.results.contains("2"); }));
    CHECK(f.answer("2") == Texts{"5 IN_FLIGHT", "30000.0"}); // found while it waited
}

TEST_CASE("payment_hash gives all payments of the hash; an unknown one is error 208") {
    Fixture f;
    f.start_empty();
    f.has({pending(1, 2, 1, 7)}, {{7}, {1}});
    f.ask("1", R"({"payment_hash":")" + hash(1).hex() + "\"}");
    f.node.answer(f.next(), unit::listing({failed(pending(1, 1, 1, 3), 1), pending(1, 2, 1, 7)}));
    CHECK(f.answer("1") == Texts{"3 FAILED", "7 IN_FLIGHT", "7.1"});
    f.ask("2", R"({"payment_hash":")" + hash(2).hex() + "\"}");
    f.node.answer(f.next(), unit::listing({}));
    CHECK(f.errors["2"].code == 208);
}

TEST_CASE("since gives the payments that changed after the cursor, and the next cursor") {
    Fixture f;
    f.start_empty();
    const auto one = complete(pending(1, 1, 0, 1), 2);
    const auto two = pending(2, 1, 0, 2);
    f.has({one, two}, {{2}, {2}});
    f.ask("1", Fixture::since("1.1"));
    f.node.answer(f.next(), unit::listing({two})); // created after 1
    const auto updated_page = f.next();
    CHECK(updated_page.params == json::Tree({{"index", "updated"}, {"start", 2}, {"limit", 100}}));
    f.node.answer(updated_page, unit::listing({one}));
    CHECK(f.answer("1") == Texts{"2 IN_FLIGHT", "1 SUCCEEDED", "2.2"});
    f.ask("2", Fixture::since("2.2"));
    CHECK(f.answer("2") == Texts{"2.2"});
}

TEST_CASE("since gives the ends of an earlier run behind an undecided payment, also while that one is listed") {
    Fixture f;
    f.mirror->set_failed_after(std::chrono::hours(24 * 365));
    const auto undecided = failed(pending(1, 1, 1, 1), 2);
    const auto second = complete(pending(2, 1, 0, 2), 3);
    const auto third = complete(pending(3, 1, 0, 3), 4);
    f.connect(3, 4);
    f.node.answer(f.next(), unit::listing({undecided, second, third}));
    f.node.answer(f.next(), unit::listing({undecided}));
    f.node.answer(f.never_updated(), unit::listing({}));
    f.notify(payments::GivenUp{hash(1), base::GroupId{1}, false});
    const auto confirmation = f.next();
    REQUIRE(confirmation.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.ask("1", Fixture::since("3.1"));
    REQUIRE_FALSE(f.results.contains("1"));
    f.node.answer(f.next(), unit::listing({undecided, second, third}));
    f.node.answer(f.next(), unit::listing({second}));
    f.node.answer(f.next(), unit::listing({third}));
    CHECK(f.answer("1") == Texts{"1 IN_FLIGHT", "2 SUCCEEDED", "3 SUCCEEDED", "3.1"});
    f.node.answer(confirmation, unit::listing({undecided}));
    f.ask("2", "{}");
    CHECK(f.answer("2") == Texts{"3.4"});
}

TEST_CASE("an end that the position covers is answered at once, also if newly created rows are read later") {
    Fixture f;
    f.start_empty();
    const auto one = complete(pending(1, 1, 0, 1), 1);
    const auto two = complete(pending(2, 1, 0, 2), 2);
    f.has({one, two}, {{1}, {2}}); // notifications moved the second counter
    f.ask("1", Fixture::since("1.1"));
    f.node.answer(f.next(), unit::listing({two}));
    CHECK(f.answer("1") == Texts{"2 SUCCEEDED", "1.2"});
}

TEST_CASE("a cursor beyond lightningd's counters is refused; one beyond the rows read so far is not") {
    Fixture f;
    f.start_empty();
    f.ask("1", Fixture::since("5.0"));
    auto call = f.node.next();
    CHECK(call.params == json::Tree({{"subsystem", "sendpays"}, {"indexname", "created"}, {"nextvalue", 0}}));
    f.node.answer(call, R"({"subsystem":"sendpays","created":4})");
    f.node.answer(f.node.next(), R"({"subsystem":"sendpays","updated":0})");
    CHECK(f.errors["1"].message.starts_with("since: the cursor is ahead of the node's counters"));

    f.ask("2", Fixture::since("5.0"));
    f.node.answer(f.node.next(), R"({"subsystem":"sendpays","created":5})");
    f.node.answer(f.node.next(), R"({"subsystem":"sendpays","updated":0})");
    CHECK(f.answer("2") == Texts{"5.0"});
}

TEST_CASE("while lightningd cannot be asked, the error asks the caller to repeat the command") {
    Fixture f;
    f.start_empty();
    f.ask("1", Fixture::since("5.0"));
    (void)f.node.next();
    f.ask("2", R"({"payment_hash":")" + hash(1).hex() + "\"}");
    (void)f.next();
    f.has({}, {{2}, {0}});
    f.ask("3", Fixture::since("1.0"));
    (void)f.next();
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.errors.size() == 3; }));
    CHECK(f.errors["1"].message == "lightningd's counters cannot be read; try again");
    CHECK(f.errors["2"].message == "lightningd's RPC socket was lost; try again");
    CHECK(f.errors["3"].message == "lightningd's RPC socket was lost; try again");
    for (const auto& [id, error] : f.errors)
        CHECK(error.code == -1);
}

TEST_CASE("a command destroyed while it waits for the cursor's bounds is not called") {
    Fixture f;
    auto delayed = std::make_unique<commands::DelayedAnswers>(f.loop, f.table, f.progress, [](commands::Caller) {});
    delayed.reset();
    f.progress.reset({{1}, {1}}); // the address sanitizer would notice
    CHECK(f.progress.read().created.value == 1);
}

TEST_CASE("a page has its own answer, and the cursor of the time before it") {
    Fixture f;
    f.start_empty();
    f.has({pending(1, 1, 0, 2), complete(pending(3, 1, 0, 3), 1)}, {{3}, {1}});
    f.ask("1", R"({"index_offset":1,"max_payments":1,"include_incomplete":true})");
    f.ask("2", R"({"index_offset":0,"count_total_payments":true})");
    const auto page = f.next();
    CHECK(page.params == json::Tree({{"index", "created"}, {"start", 2}, {"limit", 100}}));
    CHECK(f.node.quiet()); // one page at a time
    f.node.answer(page, unit::listing({pending(1, 1, 0, 2), complete(pending(3, 1, 0, 3), 1)}));
    CHECK(f.answer("1") == Texts{"2 IN_FLIGHT", "3.1"});
    CHECK(f.results["1"].ends_with(R"(,"next_index_offset":"2"})"));
    CHECK_FALSE(f.results.contains("2"));
    f.node.answer(f.next(), unit::listing({pending(1, 1, 0, 2), complete(pending(3, 1, 0, 3), 1)}));
    CHECK(f.results["2"].ends_with(R"(,"num_payments":"2"})"));
    f.ask("3", R"({"index_offset":3})");
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.errors.contains("3"); }));
    CHECK(f.errors["3"].code == -1);
}

TEST_CASE("before v23.11 since and pages are refused") {
    Fixture f({23, 8});
    CHECK(f.command.check(*json::parse(Fixture::since("0.0")))->message.starts_with("since: needs lightningd v23.11"));
    CHECK(f.command.check(*json::parse(R"({"index_offset":0})"))->message ==
          "index_offset: needs lightningd v23.11 or later");
    CHECK_FALSE(f.command.check(*json::parse("{}")).has_value());
    CHECK(f.command.check(*json::parse(R"({"timeout":-1})"))->code == rpc::invalid_params);
}

TEST_CASE("since with a timeout waits for the first change and is answered with it") {
    Fixture f;
    f.start_empty();
    f.ask("1", Fixture::since("0.0", R"(,"timeout":3600)"));
    CHECK(f.results.empty());
    const auto row = complete(pending(1, 1, 0, 1), 2); // not the next number: only a page moves the cursor
    f.notify(payments::PartSeen{row, second(300)});
    f.node.answer(f.next(), unit::listing({row})); // the payment's group
    CHECK(f.read() == Texts{"trackpayments SUCCEEDED 1 0.0", "trackpayments_final SUCCEEDED 1 0.0", "message"});
    f.read_row(row);
    CHECK(f.answer("1") == Texts{"1 SUCCEEDED", "1.2"});
}

TEST_CASE("an answer with an end waits for the row, so that its cursor covers the end") {
    Fixture f;
    f.start_empty();
    const auto row = complete(pending(1, 1, 0, 1), 2); // not the next number: only a page moves the cursor
    f.notify(payments::PartSeen{row, second(300)});
    f.node.answer(f.next(), unit::listing({row}));
    REQUIRE(f.table.size() == 1);
    f.ask("1", Fixture::since("0.0"));
    CHECK(f.results.empty()); // given now, the payment would come again with the next answer
    f.read_row(row);
    CHECK(f.answer("1") == Texts{"1 SUCCEEDED", "1.2"});
}

} // namespace trackpayments_test

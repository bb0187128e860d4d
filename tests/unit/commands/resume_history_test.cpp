// `since` over long history: each payment once, complete, and with few calls to lightningd.
#include "resume_fixture.hpp"
#include "rounds.hpp"

#include <map>
#include <random>

namespace resume_history_test {

using namespace facts;
using commands::Resume;
using publish::Position;
using Rows = std::vector<payments::Row>;

namespace {

payments::Row of_payment(std::uint64_t number, payments::Row row) {
    std::mt19937_64 hash(number);
    for (auto& byte : row.key.hash.bytes)
        byte = static_cast<std::uint8_t>(hash());
    return row;
}

/// Answers listsendpays from these rows (lightningd's wallet/wallet.c, payments_first, payments_by_hash).
struct Past : unit::ResumeFixture {
    Rows rows;
    std::size_t listings = 0;
    std::size_t pages = 0;
    std::map<std::string, std::vector<std::string>> got; ///< `status, attempts` of each payment, by index
    std::size_t answers = 0;

    void serve(const unit::Node::Call& call) {
        REQUIRE(call.method == "listsendpays");
        Rows found;
        if (call.params.contains("payment_hash")) {
            ++listings;
            const auto hash = base::PaymentHash::from_hex(call.params["payment_hash"].get<std::string>());
            std::copy_if(rows.begin(), rows.end(), std::back_inserter(found),
                         [&](const auto& row) { return row.key.hash == hash; });
        } else {
            ++pages;
            const bool by_created = call.params["index"] == "created";
            const std::uint64_t start = call.params["start"];
            const auto index = [&](const payments::Row& row) {
                return by_created ? row.created.value : row.updated.value;
            };
            std::copy_if(rows.begin(), rows.end(), std::back_inserter(found),
                         [&](const auto& row) { return index(row) >= start && index(row) < start + 1000; });
            std::stable_sort(found.begin(), found.end(),
                             [&](const auto& a, const auto& b) { return index(a) < index(b); });
            found.resize(std::min(found.size(), call.params["limit"].get<std::size_t>()));
        }
        node.answer(call, unit::listing(found));
    }
    /// Asks until there is no `more`.
    void walk(Position since, Position counters) {
        listings = pages = answers = 0;
        got.clear();
        for (bool more = true; more; ++answers) {
            run({since, 0}, counters);
            while (!answer)
                serve(node.next());
            REQUIRE(answer->has_value());
            for (const auto& payment : (*answer)->payments) {
                const auto json = json::Tree::parse(*payment.json);
                auto text = json["status"].get<std::string>();
                for (const auto& attempt : json["htlcs"])
                    text += ' ' + attempt["attempt_id"].get<std::string>();
                got[json["payment_index"]].push_back(text);
            }
            more = (*answer)->more;
            since = (*answer)->position;
        }
        CHECK(since == counters);
    }
    /// What the walk should give: each payment once, with all its rows.
    [[nodiscard]] std::map<std::string, std::vector<std::string>> wanted(Position since) const {
        std::map<payments::PaymentKey, Rows> groups;
        for (const auto& row : rows)
            groups[row.key].push_back(row);
        std::map<std::string, std::vector<std::string>> all;
        for (auto& [key, parts] : groups) {
            const auto has = [&parts = parts](auto wanted) { return std::any_of(parts.begin(), parts.end(), wanted); };
            if (!has([&](const auto& row) {
                    return row.updated > since.updated || (row.updated.value == 0 && row.created > since.created);
                }))
                continue;
            std::string text =
                has([](const auto& row) { return row.status == payments::PartStatus::pending; })    ? "IN_FLIGHT"
                : has([](const auto& row) { return row.status == payments::PartStatus::complete; }) ? "SUCCEEDED"
                                                                                                    : "FAILED";
            for (const auto& row : parts)
                text += ' ' + std::to_string(row.created.value);
            all[std::to_string(parts.front().created.value)].push_back(text);
        }
        return all;
    }
};

} // namespace

TEST_CASE("a long past of single payments is read in pages, and few hashes are listed") {
    Past past;
    for (std::uint64_t n = 1; n <= 1500; ++n)
        past.rows.push_back(of_payment(n, complete(pending(1, n << 32U, 1, n), n)));
    past.walk({}, {{1500}, {1500}});
    CHECK(past.got == past.wanted({}));
    CHECK(past.answers <= 16);
    CHECK(past.listings <= Resume::most_payments + 15); // in the first answer, before the census
    CHECK(past.pages <= 30 + 30 + 1);                   // of the walk, of the census, of rows that never changed
    past.walk({}, {{1500}, {1500}});
    CHECK(past.got == past.wanted({}));
    CHECK(past.listings <= 15); // the census is kept, and mistakes one row in a hundred at most
    CHECK(past.pages <= 15 + 1);
    past.rows.push_back(of_payment(1501, failed(pending(1, 1, 1, 1501), 1501)));
    past.walk({}, {{1501}, {1501}});
    CHECK(past.got == past.wanted({}));
    CHECK(past.listings <= 15); // it continues with new rows
}

TEST_CASE("no census is made for a few changes on a node with a long past, or for payments of the table") {
    Past past;
    past.table.set_retain(10'000);
    for (std::uint64_t n = 1; n <= 2000; ++n)
        past.rows.push_back(of_payment(n, complete(pending(1, n << 32U, 1, n), n)));
    past.walk({{1800}, {1800}}, {{2000}, {2000}});
    CHECK(past.got == past.wanted({{1800}, {1800}}));
    CHECK(past.listings == 200);
    CHECK(past.census.upto().value == 0);
    past.census.clear();
    for (const auto& row : past.rows)
        past.table.apply(seen(row));
    past.walk({}, {{2000}, {2000}});
    CHECK(past.got == past.wanted({}));
    CHECK(past.listings == 0);
    CHECK(past.pages <= 21);
}

TEST_CASE("a payment whose rows are far apart comes once, with the last of them") {
    Past past;
    const auto first = of_payment(9999, failed(pending(1, 7, 1, 1), 1));
    past.rows.push_back(first);
    for (std::uint64_t n = 2; n <= 400; ++n)
        past.rows.push_back(of_payment(n, complete(pending(1, 1, 0, n), n)));
    // lightningd takes another part of an old failed group, also by number 0 after number 1.
    past.rows.push_back(of_payment(9999, complete(pending(1, 7, 0, 401), 401)));
    past.walk({}, {{401}, {401}});
    CHECK(past.got == past.wanted({}));
    CHECK(past.got["1"] == std::vector<std::string>{"SUCCEEDED 1 401"});
    past.walk({{300}, {300}}, {{401}, {401}});
    CHECK(past.got["1"] == std::vector<std::string>{"SUCCEEDED 1 401"});
    // The last row is beyond the rows read, or its deletion is known: nothing waits for it.
    past.table.apply(std::vector{seen(first), seen(past.rows.back())});
    past.walk({}, {{400}, {400}});
    REQUIRE_FALSE(past.got["1"].empty());
    CHECK(past.got["1"].front() == "SUCCEEDED 1 401");
    past.table.apply(payments::PartDeleted{past.rows.back().key, past.rows.back().created});
    past.rows.pop_back();
    past.walk({}, {{401}, {401}});
    CHECK(past.got.contains("1"));
}

TEST_CASE("a payment with a pending row comes once, with its last change") {
    Past past;
    past.rows.push_back(of_payment(1, failed(pending(1, 1, 1, 1), 150)));
    past.rows.push_back(of_payment(1, pending(1, 1, 2, 2)));
    for (std::uint64_t n = 3; n <= 151; ++n)
        past.rows.push_back(of_payment(n, complete(pending(1, 1, 1, n), n - 2)));
    past.walk({}, {{151}, {150}});
    CHECK(past.got == past.wanted({}));
    CHECK(past.got["1"] == std::vector<std::string>{"IN_FLIGHT 1 2"});
}

TEST_CASE("no payment waits for a row that was deleted, or that may be another payment by then") {
    Past past;
    const auto first = of_payment(1, failed(pending(1, 1, 1, 1), 1));
    const auto settled = of_payment(1, complete(pending(1, 1, 2, 2), 150));
    const auto last = of_payment(1, pending(1, 1, 3, 3));
    past.table.apply(std::vector{seen(first), seen(settled), seen(last)});
    past.table.apply(payments::PartDeleted{settled.key, settled.created});
    past.rows = {first, last};
    payments::ExpectedPart call;
    call.hash = of_payment(2, {}).key.hash;
    call.by.call = true;
    call.payer = payments::Payer::renepay;
    call.call = {77};
    call.partid = {1};
    const auto one = of_payment(2, failed(pending(1, 1, 1, 4), 2));
    const auto other = of_payment(2, complete(pending(1, 2, 1, 160), 151));
    for (const auto& row : {one, other}) {
        call.group = row.key.group;
        call.seen = row.created_at;
        past.table.apply(call);
        past.table.apply(seen(row));
    }
    past.rows.push_back(one);
    for (std::uint64_t n = 5; n < 152; ++n)
        past.rows.push_back(of_payment(n, complete(pending(1, 1, 1, n), n - 2)));
    past.rows.push_back(other);
    past.walk({}, {{160}, {151}});
    CHECK(past.got["1"] == std::vector<std::string>{"IN_FLIGHT 1 2 3"});
    // Without the table, each of its groups is a payment, and the answer with the first row is the last that shows it.
    CHECK(past.got["4"] == std::vector<std::string>{"SUCCEEDED 4 160", "SUCCEEDED 4 160"});
}

TEST_CASE("random pasts are given completely and once, from any cursor") {
    for (std::uint64_t seed = 1; seed <= unit::rounds(2, 20); ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const std::uint64_t count = 300 + random() % 400;
        const std::uint64_t old = random() % 2 > 0 ? random() % 300 : 0; // ended before updates were counted
        std::vector<std::uint64_t> updates(count);
        for (std::uint64_t n = 0; n < count; ++n)
            updates[n] = n + 1;
        for (std::uint64_t n = 0; n + 1 < count; ++n) // mostly in the order of creation
            std::swap(updates[n], updates[std::min(count - 1, n + random() % (random() % 50 > 0 ? 4 : count))]);
        Past past;
        std::map<payments::PaymentKey, std::uint64_t> parts;
        for (std::uint64_t n = 1; n <= count; ++n) {
            const bool again = n > 20 && random() % 3 == 0;
            const auto payment = again ? n - random() % (random() % 8 > 0 ? 20 : n) : n;
            auto row = of_payment(payment, pending(1, 1 + random() % 20 / 19, 0, n));
            row.partid = {parts[row.key]++};
            if (random() % 25 > 0)
                row = random() % 3 > 0 ? complete(row, updates[n - 1]) : failed(row, updates[n - 1]);
            if (n <= old)
                row.updated = {0};
            if (random() % 30 > 0) // others were deleted
                past.rows.push_back(row);
            else
                --parts[row.key];
        }
        const Position counters{{count}, {count}};
        for (const auto& since : {Position{}, Position{{count / 2}, {count / 2}}, Position{{count / 4}, {count / 5}},
                                  Position{{count}, {count - 150}}}) {
            past.walk(since, counters);
            CHECK(past.got == past.wanted(since));
        }
    }
}

} // namespace resume_history_test

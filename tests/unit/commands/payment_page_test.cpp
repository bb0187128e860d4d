// Pages of all payments, against an oracle that groups the rows itself.
#include "commands/payment_page.hpp"

#include "resume_fixture.hpp"
#include "rounds.hpp"

#include <map>
#include <random>

namespace payment_page_test {

using namespace facts;
using commands::PageRequest;
using Rows = std::vector<payments::Row>;
using Texts = std::vector<std::string>;

namespace {

payments::Row of_payment(std::uint64_t number, payments::Row row) {
    std::mt19937_64 hash(number);
    for (auto& byte : row.key.hash.bytes)
        byte = static_cast<std::uint8_t>(hash());
    return row;
}

payments::Row alone(std::uint64_t n) {
    return of_payment(n, complete(pending(1, n << 32U, 1, n), n));
}

/// `index status attempts`
std::string short_form(const json::Tree& payment) {
    auto text = payment["payment_index"].get<std::string>() + ' ' + payment["status"].get<std::string>();
    for (const auto& attempt : payment["htlcs"])
        text += ' ' + attempt["attempt_id"].get<std::string>();
    return text;
}

/// A node with these rows (lightningd's wallet/wallet.c, payments_first, payments_by_hash).
struct Node : unit::ResumeFixture {
    Rows rows; ///< by created_index
    std::size_t listings = 0;
    std::size_t pages = 0;
    std::size_t answers = 0;
    std::function<void()> before_answer = [] {}; ///< of lightningd

    void serve(const unit::Node::Call& call) {
        REQUIRE(call.method == "listsendpays");
        before_answer();
        Rows found;
        if (call.params.contains("payment_hash")) {
            ++listings;
            const auto hash = base::PaymentHash::from_hex(call.params["payment_hash"].get<std::string>());
            std::copy_if(rows.begin(), rows.end(), std::back_inserter(found),
                         [&](const auto& row) { return row.key.hash == hash; });
        } else {
            ++pages;
            CHECK(call.params["index"] == "created");
            const std::uint64_t start = call.params["start"];
            const auto first = std::lower_bound(rows.begin(), rows.end(), start,
                                                [](const auto& row, auto index) { return row.created.value < index; });
            found.assign(first, first + std::min<std::ptrdiff_t>(rows.end() - first, call.params["limit"]));
        }
        node.answer(call, unit::listing(found));
    }
    void make(const PageRequest& request) {
        answer.reset();
        commands::PaymentPage::run({node.lightningd, invoices, table, census}, request, newest(),
                                   [this](auto page) { answer = std::move(page); });
        while (!answer)
            serve(node.next());
        REQUIRE(answer->has_value());
    }
    [[nodiscard]] base::CreatedIndex newest() const {
        return rows.empty() ? base::CreatedIndex{} : rows.back().created;
    }
    [[nodiscard]] Texts page() const {
        Texts out;
        for (const auto& payment : (*answer)->payments)
            out.push_back(short_form(json::Tree::parse(*payment.json)));
        return out;
    }
    /// All pages from there on, in the order of the index.
    Texts walk(PageRequest request) {
        listings = pages = answers = 0;
        Texts all;
        for (bool more = true; more; ++answers) {
            make(request);
            const auto now = page();
            CHECK(now.size() <= request.max_payments);
            all.insert(request.reversed ? all.begin() : all.end(), now.begin(), now.end());
            more = (*answer)->next_index_offset.has_value();
            request.index_offset = (*answer)->next_index_offset.value_or(0);
        }
        return all;
    }
    std::uint64_t count() {
        PageRequest request;
        request.only_count = true;
        std::uint64_t sum = 0;
        for (bool more = true; more;) {
            make(request);
            sum += (*answer)->counted.value();
            CHECK((*answer)->payments.empty());
            more = (*answer)->next_index_offset.has_value();
            request.index_offset = (*answer)->next_index_offset.value_or(0);
        }
        return sum;
    }
    /// What a walk should give.
    [[nodiscard]] Texts wanted(const PageRequest& request) const {
        std::map<std::uint64_t, std::string> all;
        std::map<payments::PaymentKey, Rows> groups;
        for (const auto& row : rows)
            groups[row.key].push_back(row);
        for (const auto& [key, parts] : groups) {
            bool in_flight = false;
            bool paid = false;
            std::string attempts;
            for (const auto& row : parts) {
                in_flight |= row.status == payments::PartStatus::pending;
                paid |= row.status == payments::PartStatus::complete;
                attempts += ' ' + std::to_string(row.created.value);
            }
            const auto index = parts.front().created.value;
            const auto second = static_cast<std::uint64_t>(parts.front().created_at.seconds());
            const bool is_before = request.reversed && (request.index_offset == 0 || index < request.index_offset);
            const bool is_after = !request.reversed && index > request.index_offset;
            if ((is_before || is_after) && second >= request.created_from && second <= request.created_until &&
                (request.include_incomplete || (paid && !in_flight)))
                all[index] = std::to_string(index) +
                             (in_flight ? " IN_FLIGHT"
                              : paid    ? " SUCCEEDED"
                                        : " FAILED") +
                             attempts;
        }
        Texts out;
        for (const auto& [index, text] : all)
            out.push_back(text);
        return out;
    }
};

PageRequest request(std::uint64_t offset, std::size_t most, bool reversed = false, bool incomplete = true) {
    PageRequest page;
    page.index_offset = offset;
    page.max_payments = most;
    page.reversed = reversed;
    page.include_incomplete = incomplete;
    return page;
}

} // namespace

TEST_CASE("the offset is exclusive, and the order is the same backwards") {
    Node node;
    for (std::uint64_t n = 1; n <= 5; ++n)
        node.rows.push_back(alone(n));
    const auto page = [&](const PageRequest& asked) {
        node.make(asked);
        return node.page();
    };
    CHECK(page(request(0, 2)) == Texts{"1 SUCCEEDED 1", "2 SUCCEEDED 2"});
    CHECK((*node.answer)->next_index_offset == 2);
    CHECK(page(request(2, 2)) == Texts{"3 SUCCEEDED 3", "4 SUCCEEDED 4"});
    CHECK(page(request(3, 2)) == Texts{"4 SUCCEEDED 4", "5 SUCCEEDED 5"});
    CHECK(page(request(5, 2)).empty());
    CHECK_FALSE((*node.answer)->next_index_offset.has_value());
    CHECK(page(request(UINT64_MAX, 2)).empty());
    CHECK(page(request(0, 2, true)) == Texts{"4 SUCCEEDED 4", "5 SUCCEEDED 5"});
    CHECK((*node.answer)->next_index_offset == 4);
    CHECK(page(request(4, 2, true)) == Texts{"2 SUCCEEDED 2", "3 SUCCEEDED 3"});
    CHECK(page(request(9, 2, true)) == Texts{"4 SUCCEEDED 4", "5 SUCCEEDED 5"});
    CHECK(page(request(UINT64_MAX, 2, true)) == Texts{"4 SUCCEEDED 4", "5 SUCCEEDED 5"});
    CHECK(page(request(2, 2, true)) == Texts{"1 SUCCEEDED 1"});
    CHECK_FALSE((*node.answer)->next_index_offset.has_value());
    CHECK(page(request(1, 2, true)).empty());
    CHECK(node.count() == 5);
}

TEST_CASE("a node without payments has empty pages") {
    Node node;
    CHECK(node.walk(request(0, 100)).empty());
    CHECK(node.walk(request(0, 100, true)).empty());
    CHECK(node.count() == 0);
}

TEST_CASE("random pasts are given completely and once, in both directions, from any offset, with any filter") {
    for (std::uint64_t seed = 1; seed <= unit::rounds(2, 20); ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        Node node;
        node.table.set_retain(random() % 200);
        const std::uint64_t count = 100 + random() % 300;
        const std::uint64_t old = random() % 2 > 0 ? random() % 300 : 0; // from before lightningd v23.11
        std::map<payments::PaymentKey, std::uint64_t> parts;
        std::uint64_t index = 0;
        for (std::uint64_t n = 1; n <= count; ++n) {
            index += random() % 40 > 0 ? 1 : 1 + random() % 5000; // others were deleted
            const bool again = n > 20 && random() % 3 == 0;
            const auto payment = again ? n - random() % (random() % 8 > 0 ? 20 : n) : n;
            auto row = of_payment(payment, pending(1, 1 + random() % 20 / 19, 0, index));
            row.partid = {parts[row.key]++};
            row.created_at = second(1000 + random() % 100); // a clock that goes back
            if (random() % 25 > 0)
                row = random() % 3 > 0 ? complete(row, n) : failed(row, n);
            if (n <= old)
                row.updated = {0};
            node.rows.push_back(row);
        }
        // Some are in the table, as a payment is: whole, and decided.
        std::vector<payments::Event> known;
        for (const auto& row : node.rows)
            if (row.key.hash.bytes[0] % 3 == 0)
                known.push_back(seen(row));
        for (const auto& row : node.rows)
            known.emplace_back(payments::GivenUp{row.key.hash, row.key.group, false});
        node.table.apply(known);
        node.table.evict(payments::Table::every_update);
        for (const bool reversed : {false, true})
            for (const bool incomplete : {true, false}) {
                auto asked = request(0, 20 + random() % 81, reversed, incomplete);
                CHECK(node.walk(asked) == node.wanted(asked));
                asked.index_offset = 1 + random() % index;
                CHECK(node.walk(asked) == node.wanted(asked));
                asked.created_from = 1000 + random() % 50;
                asked.created_until = 1050 + random() % 50;
                CHECK(node.walk(asked) == node.wanted(asked));
            }
        CHECK(node.count() == node.wanted(request(0, 100)).size());
    }
}

TEST_CASE("backwards over a hole of a billion rows") {
    Node node;
    for (const std::uint64_t n : {1UL, 2UL, 3UL})
        node.rows.push_back(alone(n));
    for (std::uint64_t n = 1; n <= 150; ++n)
        node.rows.push_back(alone(1'000'000'000 + n));
    const auto asked = request(0, 100, true);
    CHECK(node.walk(asked) == node.wanted(asked));
    CHECK(node.pages <= 40);
    node.rows.erase(node.rows.begin() + 3, node.rows.begin() + 150); // now few are left above it
    for (std::uint64_t n = 4; n <= 400; ++n)
        node.rows.insert(node.rows.begin() + static_cast<std::ptrdiff_t>(n) - 1, alone(n));
    CHECK(node.walk(asked) == node.wanted(asked));
    CHECK(node.pages <= 80);
}

TEST_CASE("a long walk lists few hashes, and a short one reads few rows") {
    Node node;
    for (std::uint64_t n = 1; n <= 1500; ++n)
        node.rows.push_back(alone(n));
    node.make(request(0, 3));
    CHECK((node.listings == 3 && node.pages == 1));
    for (const bool reversed : {false, true}) {
        node.census.clear();
        CHECK(node.walk(request(0, 100, reversed)) == node.wanted(request(0, 100)));
        CHECK(node.listings <= 300);
        CHECK(node.pages <= 15 + 15 + 5);
    }
    CHECK(node.count() == 1500);
    CHECK(node.walk(request(0, 100)) == node.wanted(request(0, 100)));
    CHECK(node.listings <= 30);                                                        // the census mistakes few
    node.rows.push_back(of_payment(7, failed(pending(1, 7UL << 32U, 2, 1501), 1501))); // no more alone
    CHECK(node.walk(request(0, 100)) == node.wanted(request(0, 100)));
}

TEST_CASE("a row that the census has seen alone may have another one beyond it") {
    Node node;
    for (std::uint64_t n = 1; n <= 10; ++n)
        node.rows.push_back(alone(n));
    node.census.count({0}, node.rows, {10}, 10);
    for (std::uint64_t n = 11; n <= 1010; ++n) // too many to count them first
        node.rows.push_back(alone(n));
    node.rows.push_back(of_payment(7, failed(pending(1, 7UL << 32U, 2, 1011), 1011)));
    node.make(request(0, 10));
    CHECK(node.census.upto().value < 1011);
    REQUIRE(node.page().size() == 10);
    CHECK(node.page()[6] == "7 SUCCEEDED 7 1011");
    CHECK(node.listings == 10);
}

TEST_CASE("rows of other dates cost no listing") {
    Node node;
    for (std::uint64_t n = 1; n <= 300; ++n)
        node.rows.push_back(alone(n)); // in second 100 + n
    auto asked = request(0, 100);
    asked.created_from = 250;
    asked.created_until = 251;
    CHECK(node.walk(asked) == Texts{"150 SUCCEEDED 150", "151 SUCCEEDED 151"});
    CHECK(node.listings == 2);
}

TEST_CASE("what the table has is shown as it is there") {
    Node node;
    // One renepay call made two groups; the first row of another payment was deleted.
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.by.call = true;
    call.payer = payments::Payer::renepay;
    call.call = {77};
    call.partid = {1};
    const Rows rows{failed(pending(1, 1, 1, 4), 2), complete(pending(1, 2, 1, 9), 5)};
    for (const auto& row : rows) {
        call.group = row.key.group;
        call.seen = row.created_at;
        node.table.apply(call);
        node.table.apply(seen(row));
    }
    const Rows other{failed(pending(2, 1, 1, 2), 3), failed(pending(2, 1, 2, 6), 4), pending(2, 1, 3, 8)};
    for (const auto& row : other)
        node.table.apply(seen(row));
    node.table.apply(payments::PartDeleted{other[0].key, other[0].created});
    node.table.apply(seen(pending(3, 1, 1, 10))); // not listed yet
    node.rows = {rows[0], other[1], other[2], rows[1]};
    const Texts all{"2 IN_FLIGHT 6 8", "4 SUCCEEDED 4 9", "10 IN_FLIGHT 10"};
    for (const std::size_t most : {1U, 2U, 100U})
        for (const bool reversed : {false, true})
            CHECK(node.walk(request(0, most, reversed)) == all);
    CHECK(node.walk(request(2, 1)) == Texts{all[1], all[2]});
    CHECK(node.walk(request(4, 9, true)) == Texts{all[0]});
    CHECK(node.listings == 0);
    CHECK(node.count() == 3);
}

TEST_CASE("a payment that is evicted or deleted while the page is made") {
    Node node;
    const auto ended = of_payment(1, complete(pending(1, 1, 1, 1), 1));
    const auto deleted = of_payment(2, complete(pending(1, 1, 1, 2), 2));
    node.rows = {ended, deleted, alone(3)};
    node.table.apply(seen(ended));
    int calls = 0;
    node.before_answer = [&] {
        if (++calls == 2) { // the hash of the second is listed
            node.table.set_retain(0);
            node.table.evict(payments::Table::every_update);
            node.rows.erase(node.rows.begin() + 1);
        }
    };
    CHECK(node.walk(request(0, 100)) == Texts{"1 SUCCEEDED 1", "3 SUCCEEDED 3"});
    CHECK(node.listings == 3);
}

TEST_CASE("without hops the rest of the route stays") {
    Node node;
    auto part = pending(1, 1, 1, 1);
    node.table.apply(seen(part));
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.group = base::GroupId{1};
    call.by.call = true;
    call.partid = {1};
    call.seen = part.created_at;
    call.route.hops.resize(2);
    node.table.apply(call);
    node.rows = {part};
    auto asked = request(0, 100);
    for (const bool omit : {false, true}) {
        asked.omit_hops = omit;
        node.make(asked);
        const auto route = json::Tree::parse(*(*node.answer)->payments.front().json)["htlcs"][0]["route"];
        CHECK(route["hops"].size() == (omit ? 0 : 2));
        CHECK(route["total_amt_msat"] == "1010");
    }
}

TEST_CASE("an answer is bounded in bytes, rows and listings, and the next one goes on") {
    Node node;
    for (std::uint64_t n = 1; n <= 90; ++n) {
        auto row = alone(n);
        node.rows.push_back(row);
        row.invoice = std::string(100'000, 'x');
        node.table.apply(seen(row));
    }
    node.table.set_retain(100'000);
    CHECK(node.walk(request(0, 100)).size() == 90);
    CHECK(node.answers >= 2);
    node.rows.clear();
    for (std::uint64_t n = 100; n <= 3000; ++n)
        node.rows.push_back(of_payment(n, failed(pending(1, 1, 1, n), n)));
    for (const auto& row : node.rows)
        node.table.apply(seen(row));
    CHECK(node.walk(request(99, 100, false, false)).empty()); // nothing but other pages
    CHECK((node.answers >= 2 && node.pages <= 31));
    for (const auto& row : node.rows)
        node.table.apply(payments::GivenUp{row.key.hash, row.key.group, false});
    node.table.set_retain(0);
    node.table.evict(payments::Table::every_update);
    node.rows.resize(450);
    CHECK(node.walk(request(99, 100, false, false)).empty());
    CHECK((node.answers >= 2 && node.listings <= 450));
}

TEST_CASE("a lost socket and lightningd's errors end the page") {
    Node node;
    node.rows = {alone(1)};
    for (const bool reversed : {false, true}) {
        node.answer.reset();
        commands::PaymentPage::run({node.node.lightningd, node.invoices, node.table, node.census},
                                   request(0, 100, reversed), node.newest(),
                                   [&](auto page) { node.answer = std::move(page); });
        node.node.refuse(node.node.next(), {-5, "no"});
        REQUIRE(unit::until(node.loop, [&] { return node.answer.has_value(); }));
        CHECK(node.answer->error().message == "no");
    }
    node.answer.reset();
    commands::PaymentPage::run({node.node.lightningd, node.invoices, node.table, node.census}, request(0, 100),
                               node.newest(), [&](auto page) { node.answer = std::move(page); });
    (void)node.node.next();
    node.node.hang_up();
    REQUIRE(unit::until(node.loop, [&] { return node.answer.has_value(); }));
    CHECK(node.answer->error().message == "lightningd's RPC socket was lost; try again");
}

} // namespace payment_page_test

// Streams whose client does not read, from the tracker's message to the end of the answer.
#include "service_fixture.hpp"

#include <doctest/doctest.h>

namespace slow_reader_test {

using unit::FakeExchange;
using unit::payment_json;
using unit::ServiceFixture;

namespace {

const std::string path = "/v2/router/payments";
const std::string track_path = "/v2/router/track/qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo="; // 32 bytes 0xaa
const std::string slow_line = "{\"error\":{\"code\":8,\"message\":\"slow consumer\",\"details\":[]}}\n";

/// A Payment of about `size` bytes.
std::string large(int index, std::string_view status, int attempts, std::size_t size, char digit = 'a') {
    auto payment = json::parse(payment_json(index, digit, status, attempts)).value();
    payment["payment_request"] = std::string(size, 'x');
    return json::dump(payment);
}

std::string answer_of(const std::string& payments, const std::string& cursor, bool more = false) {
    return R"({"payments":[)" + payments + R"(],"cursor":")" + cursor + "\"" + (more ? R"(,"more":true})" : "}");
}

std::string cursor(int number) {
    return "n.run1.1." + std::to_string(number);
}

/// Index and status of each line, in order, and errors as they are.
std::vector<std::string> lines_of(const std::string& body) {
    std::vector<std::string> lines;
    for (std::size_t at = 0, end = 0; (end = body.find('\n', at)) != std::string::npos; at = end + 1) {
        const auto line = json::parse(body.substr(at, end - at)).value();
        lines.push_back(line.contains("error")
                            ? body.substr(at, end + 1 - at)
                            : line["result"].value("payment_index", "") + " " + line["result"].value("status", ""));
    }
    return lines;
}

constexpr int payments = 40;
constexpr std::size_t size = 40'000;

/// Payments begin and end, in this order: more than 1 MB of each. Cursors are 1 to twice `payments`.
void burst(ServiceFixture& fixture, FakeExchange* reader = nullptr, std::string* read = nullptr) {
    for (int n = 1; n <= 2 * payments; ++n) {
        const bool begins = n <= payments;
        const int index = begins ? n : n - payments;
        fixture.publish(large(index, begins ? "IN_FLIGHT" : "SUCCEEDED", 1, size), cursor(n));
        if (reader)
            *read += reader->read();
    }
}

} // namespace

TEST_CASE("a reader that was stopped gets the last state of each payment, in order; the one beside it every state") {
    ServiceFixture fixture;
    fixture.tracker = [](const auto&) { return answer_of("", cursor(0)); };
    fixture.begin();
    const auto slow = fixture.rest(path);
    const auto fast = fixture.rest(path);
    const auto grpc = fixture.grpc("/routerrpc.Router/TrackPayments", "");
    const auto ends = fixture.rest(path, "no_inflight_updates=true");
    for (auto* call : {slow.get(), fast.get(), grpc.get(), ends.get()})
        CHECK(fixture.answer(*call).empty());
    std::string read;
    burst(fixture, fast.get(), &read);
    CHECK(lines_of(read).size() == 2 * payments);
    const auto got = lines_of(slow->read());
    CHECK(got.size() < 2 * payments);
    std::vector<std::string> last;
    std::size_t begun = 0;
    for (const auto& line : got)
        if (line.ends_with("SUCCEEDED"))
            last.push_back(line);
        else
            ++begun;
    CHECK(begun < payments); // some were below 1 MB
    REQUIRE(last.size() == payments);
    std::vector<std::string> expected;
    for (int n = 1; n <= payments; ++n)
        expected.push_back(std::to_string(n) + " SUCCEEDED");
    CHECK(last == expected);
    CHECK(lines_of(ends->read()) == expected);
    CHECK_FALSE(grpc->read().empty());
    grpc->answer->stopping();
    (void)grpc->read();
    CHECK(FakeExchange::value(grpc->trailers, "trackpayments-cursor") == cursor(2 * payments));
}

TEST_CASE("a stream that is owed more than its limit ends with status 8 and its cursor; the one beside it goes on") {
    ServiceFixture fixture(std::chrono::hours(1), {4UL << 20, 256UL << 20});
    fixture.tracker = [](const auto&) { return answer_of("", cursor(0)); };
    fixture.begin();
    const auto grpc = fixture.grpc("/routerrpc.Router/TrackPayments", "");
    const auto rest = fixture.rest(path);
    const auto fast = fixture.rest(path);
    for (auto* call : {grpc.get(), rest.get(), fast.get()})
        CHECK(fixture.answer(*call).empty());
    fixture.publish(payment_json(1, 'a', "SUCCEEDED"), cursor(1));
    CHECK_FALSE(grpc->read().empty());
    CHECK(lines_of(rest->read()).size() == 1);
    std::size_t read = 0;
    for (int n = 2; n <= 66; ++n) {
        fixture.publish(large(n, "SUCCEEDED", 1, 65'536), cursor(n));
        read += lines_of(fast->read()).size();
    }
    CHECK(fixture.hub.ledger().bytes() == 0);
    CHECK(grpc->read().empty());
    CHECK(FakeExchange::value(grpc->trailers, "grpc-status") == "8");
    CHECK(FakeExchange::value(grpc->trailers, "grpc-message") == "slow consumer");
    CHECK(FakeExchange::value(grpc->trailers, "trackpayments-cursor") == cursor(1));
    CHECK(rest->read() == slow_line);
    CHECK(fixture.logged == std::vector<std::string>(2, "ending a stream: its client at 127.0.0.1 does not read, and "
                                                        "4 MB wait for it"));
    fixture.publish(payment_json(67, 'a', "SUCCEEDED"), cursor(67));
    CHECK(lines_of(fast->read()).size() + read == 67);
}

TEST_CASE("together streams are owed at most the limit of all: the largest debtor ends first") {
    ServiceFixture fixture(std::chrono::hours(1), {64UL << 20, 4UL << 20});
    fixture.tracker = [](const auto&) { return answer_of("", cursor(0)); };
    fixture.begin();
    const auto early = fixture.rest(path);
    CHECK(fixture.answer(*early).empty());
    for (int n = 1; n <= 3; ++n)
        fixture.publish(large(n, "IN_FLIGHT", 1, 1'000'000), cursor(n));
    const auto late = fixture.rest(path, "since=" + cursor(3)); // its answer is the newest, and large
    CHECK(fixture.answer(*late).empty());
    fixture.publish(large(4, "IN_FLIGHT", 1, 1'000'000), cursor(4));
    CHECK(fixture.hub.ledger().bytes() > 4'000'000);
    fixture.publish(large(5, "IN_FLIGHT", 1, 1'000'000), cursor(5));
    CHECK(early->read() == slow_line);
    CHECK(lines_of(late->read()) == std::vector<std::string>{"4 IN_FLIGHT", "5 IN_FLIGHT"});
}

TEST_CASE("updates count while a call waits for the tracker") {
    ServiceFixture fixture(std::chrono::hours(1), {10UL << 20, 256UL << 20});
    fixture.begin();
    fixture.held = "trackpayments";
    const auto resuming = fixture.rest(path, "since=n.run0.0.0");
    const auto one = fixture.rest(track_path);
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.node.calls.size() == 2; }));
    for (int n = 1; n <= 9; ++n)
        fixture.publish(large(n, "SUCCEEDED", 1, 1'048'576), cursor(n));
    CHECK(fixture.hub.ledger().bytes() > 9UL << 20);
    CHECK(resuming->status == 0);
    for (int n = 10; n <= 11; ++n)
        fixture.publish(large(n, "SUCCEEDED", 1, 1'048'576), cursor(n));
    CHECK(resuming->status == 429);
    CHECK(resuming->read() == slow_line);
    CHECK(one->status == 429);
    CHECK(one->read() == slow_line);
    CHECK(fixture.hub.ledger().bytes() == 0);
}

TEST_CASE("what a call keeps until its page has come is merged too, and the page's cursor covers it") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.held = "trackpayments";
    const auto call = fixture.rest(path, "since=n.run0.0.0");
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.node.calls.size() == 1; }));
    burst(fixture);
    CHECK(fixture.hub.ledger().bytes() < (payments + 30) * size);
    SUBCASE("the last page") {
        fixture.node.answer(fixture.node.calls.front(), answer_of("", cursor(0)));
        const auto got = lines_of(fixture.answer(*call));
        CHECK(got.back() == std::to_string(payments) + " SUCCEEDED");
    }
    SUBCASE("another page follows") {
        fixture.node.answer(fixture.node.calls.front(), answer_of(payment_json(1, 'a', "IN_FLIGHT"), cursor(1), true));
        REQUIRE(unit::until(fixture.loop, [&] { return call->status != 0; }));
        CHECK(fixture.hub.ledger().bytes() < 10'000);
    }
}

TEST_CASE("a stream that ended well and is not read is cut off too") {
    ServiceFixture fixture(std::chrono::hours(1), {64UL << 20, 4UL << 20});
    fixture.begin();
    fixture.tracker = [](const json::Tree& params) {
        return answer_of(params.contains("payment_hash") ? large(1, "SUCCEEDED", 1, 3'000'000) : "", cursor(0));
    };
    const auto one = fixture.grpc("/routerrpc.Router/TrackPaymentV2", "\x0a\x20" + std::string(32, '\xaa'));
    const auto other = fixture.rest(path);
    REQUIRE(unit::until(fixture.loop, [&] { return one->status != 0; }));
    CHECK(fixture.answer(*other).empty());
    CHECK(fixture.hub.ledger().bytes() > 3'000'000);
    for (int n = 2; n <= 3; ++n)
        fixture.publish(large(n, "SUCCEEDED", 1, 1'000'000, 'b'), cursor(n));
    CHECK(one->read().empty());
    CHECK(FakeExchange::value(one->trailers, "grpc-status") == "8");
    CHECK(lines_of(other->read()).size() == 2);
}

TEST_CASE("a payment of one hash is merged as well") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.tracker = [](const json::Tree& params) {
        return answer_of(params.contains("payment_hash") ? large(1, "IN_FLIGHT", 1, size) : "", cursor(0));
    };
    const auto call = fixture.rest(track_path);
    REQUIRE(unit::until(fixture.loop, [&] { return call->status != 0; }));
    for (int n = 2; n <= 3 * payments; ++n)
        fixture.publish(large(1, n == 3 * payments ? "FAILED" : "IN_FLIGHT", n, size), cursor(n));
    CHECK(fixture.hub.ledger().bytes() < lndapi::Backlog::plain + 4 * size);
    const auto got = lines_of(call->read());
    CHECK(got.size() < payments);
    CHECK(got.back() == "1 FAILED");
    CHECK(call->ended);
}

} // namespace slow_reader_test

// Lightning/ListPayments and DeletePayment: what is asked of the tracker and of lightningd, and what the client gets.
#include "lndapi/list_payments.hpp"

#include "service_fixture.hpp"
#include "wire/protobuf.hpp"

#include <doctest/doctest.h>

namespace list_payments_test {

using unit::FakeExchange;
using unit::payment_json;
using unit::ServiceFixture;

namespace {

const std::string list_path = "/lnrpc.Lightning/ListPayments";
const std::string delete_path = "/lnrpc.Lightning/DeletePayment";
// 32 bytes 0xaa in base64
const std::string hash_query = "payment_hash=qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=";

/// The tracker has payments 1 to `count`, and answers as its man page says. Pages are recorded.
struct Node : ServiceFixture {
    explicit Node(std::uint64_t count, lndapi::Ledger::Limits limits = {})
        : ServiceFixture(std::chrono::hours(1), limits) {
        begin();
        tracker = [this, count](const json::Tree& params) {
            if (!params.contains("index_offset"))
                return std::string(R"({"payments":[],"cursor":"n.run1.1.1"})");
            pages.push_back(params);
            const std::uint64_t offset = params["index_offset"];
            if (params.value("count_total_payments", false)) // in two pages
                return offset == 0 ? page("", R"(,"num_payments":"1","more":true,"next_index_offset":"1")")
                                   : page("", R"(,"num_payments":")" + std::to_string(count - 1) + '"');
            const std::uint64_t most = params["max_payments"];
            CHECK(most <= 100);
            const bool reversed = params.value("reversed", false);
            const auto end =
                reversed ? (offset == 0 ? count : std::min(count, offset - 1)) : std::min(count, offset + most);
            const auto begin = reversed ? end - std::min(end, most) : offset;
            std::string all;
            for (auto index = begin + 1; index <= end; ++index)
                all += (all.empty() ? "" : ",") + payment(index);
            const bool more = reversed ? begin > 0 : end < count;
            const auto next = reversed ? begin + 1 : end;
            return page(all, more ? R"(,"next_index_offset":")" + std::to_string(next) + '"' : "");
        };
    }
    static std::string page(const std::string& payments, const std::string& rest) {
        return R"({"payments":[)" + payments + R"(],"cursor":"n.run1.1.1")" + rest + "}";
    }
    [[nodiscard]] std::string payment(std::uint64_t index) const {
        auto text = payment_json(static_cast<int>(index), 'a', "SUCCEEDED");
        if (padding > 0)
            text.insert(1, R"("payment_request":")" + std::string(padding, 'x') + "\",");
        return text;
    }
    /// The answer that is expected.
    [[nodiscard]] std::string listing(std::uint64_t first, std::uint64_t last, const std::string& total = "0") const {
        std::string all;
        for (auto index = first; index > 0 && index <= last; ++index)
            all += (all.empty() ? "" : ",") + payment(index);
        return R"({"payments":[)" + all + R"(],"first_index_offset":")" + std::to_string(first) +
               R"(","last_index_offset":")" + std::to_string(last) + R"(","total_num_payments":")" + total + "\"}";
    }

    std::vector<json::Tree> pages;
    std::size_t padding = 0; ///< of each payment
};

std::string error(int code, const std::string& text) {
    return R"({"code":)" + std::to_string(code) + R"(,"message":")" + text + R"(","details":[]})";
}

} // namespace

TEST_CASE("a list is gathered from pages, in the order of the index, in both directions") {
    Node node(250);
    const auto get = [&](const std::string& query) {
        node.pages.clear();
        const auto call = node.rest("/v1/payments", query);
        const auto body = node.answer(*call);
        CHECK(call->ended);
        CHECK(FakeExchange::value(call->headers, "Content-Length") == std::to_string(body.size()));
        return body;
    };
    CHECK(get("") == node.listing(1, 100)); // LND's default
    CHECK(node.pages == std::vector{json::Tree{{"index_offset", 0}, {"max_payments", 100}}});
    CHECK(get("max_payments=1000") == node.listing(1, 250));
    CHECK(node.pages.size() == 3);
    CHECK(get("max_payments=120&index_offset=3") == node.listing(4, 123));
    CHECK(node.pages.back() == json::Tree{{"index_offset", 103}, {"max_payments", 20}});
    CHECK(get("max_payments=120&reversed=1") == node.listing(131, 250));
    CHECK(get("max_payments=120&reversed=1&index_offset=100") == node.listing(1, 99));
    CHECK(get("index_offset=250") == node.listing(0, 0));
    CHECK(get("index_offset=1&reversed=true") == node.listing(0, 0));
    CHECK(get("max_payments=2&count_total_payments=true") == node.listing(1, 2, "250"));
    CHECK(node.pages.size() == 3);
}

TEST_CASE("all parameters reach the tracker and the rune, in either spelling") {
    Node node(3);
    for (const auto* query :
         {"include_incomplete=1&index_offset=1&max_payments=2&creation_date_start=5&creation_date_end=6&omit_hops=1",
          "includeIncomplete=1&indexOffset=1&maxPayments=2&creationDateStart=5&creationDateEnd=6&omitHops=1"}) {
        node.pages.clear();
        const auto call = node.rest("/v1/payments", query);
        CHECK(node.answer(*call) == node.listing(2, 3));
        const json::Tree params{{"index_offset", 1},        {"max_payments", 2},      {"include_incomplete", true},
                                {"creation_date_start", 5}, {"creation_date_end", 6}, {"omit_hops", true}};
        CHECK(node.pages == std::vector{params});
        CHECK(node.rune_checks.back()["method"] == "trackpayments");
        CHECK(node.rune_checks.back()["params"] == params);
    }
    (void)node.answer(*node.rest("/v1/payments"));
    CHECK(node.rune_checks.back()["params"] == json::Tree{{"index_offset", 0}}); // a rune may forbid lists by it
}

TEST_CASE("numbers overflow as in LND") {
    Node node(3);
    const auto query = [&](const std::string& text) {
        node.pages.clear();
        (void)node.answer(*node.rest("/v1/payments", text));
        REQUIRE(node.pages.size() == 1);
        return node.pages.front();
    };
    CHECK(query("index_offset=18446744073709551615")["index_offset"] == 0);
    CHECK(query("index_offset=18446744073709551614")["index_offset"] == UINT64_MAX - 1);
    CHECK(query("reversed=1&index_offset=18446744073709551615")["index_offset"] == UINT64_MAX);
    CHECK_FALSE(query("creation_date_start=9223372036854775808").contains("creation_date_start")); // all
    CHECK(query("creation_date_end=9223372036854775808")["creation_date_end"] == 1);               // none
    CHECK(query("creation_date_end=9223372036854775807")["creation_date_end"] == INT64_MAX);
    CHECK(node.answer(*node.rest("/v1/payments", "creation_date_start=9223372036854775809&creation_date_end=5")) ==
          error(2, "start date(9223372036854775809) must be before end date(5)"));
}

TEST_CASE("gRPC gets the same as one message") {
    Node node(150);
    const auto call = node.grpc(list_path, "\x18\xc8\x01\x28\x01"); // max_payments 200, count_total_payments
    const auto body = node.answer(*call);
    const auto message = lndapi::read_grpc_message(body, false);
    REQUIRE(message.has_value());
    wire::ProtobufReader fields(*message);
    std::vector<std::uint64_t> numbers;
    std::size_t payments = 0;
    while (!fields.done()) {
        const auto field = fields.next();
        REQUIRE(field.has_value());
        if (field->number == 1)
            ++payments;
        else
            numbers.insert(numbers.end(), {field->number, field->integer});
    }
    CHECK(payments == 150);
    CHECK(numbers == std::vector<std::uint64_t>{2, 1, 3, 150, 4, 150});
    CHECK(FakeExchange::value(call->trailers, "grpc-status") == "0");
    const auto none = node.grpc(list_path, "\x10\xfa\x01"); // index_offset 250
    CHECK(node.answer(*none) == std::string(5, '\0'));
}

TEST_CASE("what LND refuses is refused, and a tracker that cannot answer is named") {
    Node node(3);
    const auto dates = node.rest("/v1/payments", "creation_date_start=6&creation_date_end=6");
    CHECK(node.answer(*dates) == error(2, "start date(6) must be before end date(6)"));
    CHECK(dates->status == 500);
    node.tracker_error = {-1, "try again"};
    CHECK(node.answer(*node.rest("/v1/payments")) == error(14, "try again"));
    node.rune_error = {1502, "no"};
    CHECK(node.answer(*node.rest("/v1/payments")) == error(2, "permission denied"));
}

TEST_CASE("one page is asked for at a time, whoever asks, and none for a client that has gone") {
    Node node(250);
    node.held = "trackpayments";
    auto first = node.rest("/v1/payments", "max_payments=200");
    auto second = node.rest("/v1/payments", "max_payments=200");
    auto third = node.rest("/v1/payments");
    const auto offset = [&] {
        REQUIRE(unit::until(node.loop, [&] { return !node.node.calls.empty(); }));
        unit::settle(node.loop);
        REQUIRE(node.node.calls.size() == 1);
        return json::parse(node.node.calls.front().params).value()["index_offset"].get<int>();
    };
    const auto give = [&] {
        const auto call = node.node.calls.front();
        node.node.calls.pop_front();
        node.node.answer(call, node.tracker(json::parse(call.params).value()));
    };
    CHECK(offset() == 0); // of the first
    second.reset();
    give();
    CHECK(offset() == 0); // of the third
    give();
    CHECK(offset() == 100); // of the first again
    third.reset();
    first.reset();
    give();
    unit::settle(node.loop);
    CHECK(node.node.calls.empty());
}

TEST_CASE("an answer that is too large ends with status 8, and what is gathered is counted") {
    constexpr std::size_t limit = 1'000'000;
    Node node(250, {limit, 2 * limit});
    node.padding = 10'000;
    const std::string text = "the answer is too large: use max_payments and index_offset to get it in parts";
    const auto call = node.rest("/v1/payments", "max_payments=250");
    CHECK(node.answer(*call) == error(8, text));
    CHECK(call->status == 429);
    CHECK(node.pages.size() == 1); // a page of 100 is more than that
    CHECK(node.hub.ledger().bytes() == 0);
    node.padding = 5'000;
    const auto grpc = node.grpc(list_path, "");
    (void)node.answer(*grpc);
    CHECK(node.hub.ledger().bytes() == 0); // it was read
    auto open = node.rest("/v1/payments", "max_payments=90");
    REQUIRE(unit::until(node.loop, [&] { return open->status != 0; }));
    CHECK(node.hub.ledger().bytes() > 450'000);
    open.reset();
    CHECK(node.hub.ledger().bytes() == 0);
}

TEST_CASE("a client that does not read its answer is cut off when all together are owed too much") {
    constexpr std::size_t limit = 1'000'000;
    Node node(90, {limit, limit});
    node.padding = 8'000;
    auto slow = node.rest("/v1/payments");
    REQUIRE(unit::until(node.loop, [&] { return slow->status != 0; }));
    node.padding = 5'000;
    const auto other = node.rest("/v1/payments");
    CHECK(node.answer(*other) == node.listing(1, 90));
    CHECK(slow->read().ends_with("{\"code\":8,\"message\":\"slow consumer\",\"details\":[]}}\n"));
    CHECK(node.logged.back().starts_with("ending an answer: its client at 127.0.0.1 does not read"));
}

namespace {

/// lightningd with one hash; its calls of delpay are recorded.
struct Deletion : Node {
    explicit Deletion(const std::string& payments) : Node(0) {
        tracker = [payments](const json::Tree& params) {
            return page(params.contains("payment_hash") ? payments : "", "");
        };
        own_answers = node.answers;
        node.answers = [this](const unit::Call& call) -> std::optional<std::string> {
            if (call.method != "delpay") {
                if (call.method == "checkrune" && denies(json::parse(call.params).value()))
                    return rpc::error(call.id, {1502, "not permitted"});
                return own_answers(call);
            }
            const auto params = json::parse(call.params).value();
            CHECK(params["payment_hash"] == unit::payment_hash('a'));
            const std::string status = params["status"];
            calls.push_back(status);
            return errors.contains(status) ? rpc::error(call.id, errors[status])
                                           : rpc::result(call.id, R"({"payments":[]})");
        };
    }
    std::string ask(const std::string& query = hash_query) {
        calls.clear();
        exchange = std::make_unique<FakeExchange>();
        exchange->asked.method = "DELETE";
        exchange->asked.path = "/v1/payment";
        exchange->asked.query = query;
        exchange->asked.peer = "127.0.0.1";
        exchange->asked.headers = {{"grpc-metadata-macaroon", rune}};
        exchange = start(std::move(exchange));
        return answer(*exchange);
    }
    static std::string payment(const char* status, std::vector<const char*> attempts) {
        auto payment = json::parse(payment_json(1, 'a', status, 0)).value();
        for (const auto* attempt : attempts)
            payment["htlcs"].push_back({{"status", attempt}});
        return json::dump(payment);
    }

    std::function<std::optional<std::string>(const unit::Call&)> own_answers;
    std::function<bool(const json::Tree&)> denies = [](const json::Tree&) { return false; };
    std::map<std::string, rpc::Error> errors; ///< of delpay, by status
    std::vector<std::string> calls;
    std::unique_ptr<FakeExchange> exchange;
};

const std::string done = R"({"status":"payment deleted"})";
const std::string not_deleted = "failed to delete failed attempts for payment " + std::string(64, 'a') + ": ";

} // namespace

TEST_CASE("a payment is deleted whole: its failed parts first, then the settled ones") {
    Deletion paid(Deletion::payment("SUCCEEDED", {"FAILED", "SUCCEEDED"}));
    CHECK(paid.ask() == done);
    CHECK(paid.calls == std::vector<std::string>{"failed", "complete"});
    Deletion at_once(Deletion::payment("SUCCEEDED", {"SUCCEEDED", "SUCCEEDED"}));
    CHECK(at_once.ask("paymentHash=" + hash_query.substr(13)) == done);
    CHECK(at_once.calls == std::vector<std::string>{"complete"});
    // Several groups of the hash are one payment for LND.
    Deletion twice(Deletion::payment("FAILED", {"FAILED"}) + "," + Deletion::payment("SUCCEEDED", {"SUCCEEDED"}));
    CHECK(twice.ask() == done);
    CHECK(twice.calls == std::vector<std::string>{"failed", "complete"});
    const auto grpc = twice.grpc(delete_path, "\x0a\x20" + std::string(32, '\xaa'));
    CHECK(twice.answer(*grpc).substr(5) == "\x0a\x0fpayment deleted");
}

TEST_CASE("what cannot be deleted is refused with LND's text, and lightningd is not asked") {
    Deletion flying(Deletion::payment("FAILED", {"FAILED"}) + "," + Deletion::payment("IN_FLIGHT", {"FAILED"}));
    CHECK(flying.ask() ==
          error(2, not_deleted + "payment " + std::string(64, 'a') + " cannot be deleted: payment is in transition"));
    CHECK(flying.exchange->status == 500);
    CHECK(flying.calls.empty());
    CHECK(flying.ask(hash_query + "&failed_htlcs_only=true") ==
          error(12, "failed_htlcs_only is not supported: a payment is deleted whole"));
    CHECK(flying.exchange->status == 501);
    CHECK(flying.ask("payment_hash=AAA=") == error(2, "invalid hash length of 2, want 32"));
    CHECK(flying.ask("") == error(2, "invalid hash length of 0, want 32"));
    flying.tracker_error = {208, "unknown"};
    CHECK(flying.ask() == error(2, not_deleted + "payment isn't initiated"));
    flying.tracker_error = {-1, "try again"};
    CHECK(flying.ask() == error(14, "try again"));
    CHECK(flying.calls.empty());
}

TEST_CASE("a call that ends before the payment is found asks nothing more and deletes nothing") {
    for (const bool server_stops : {true, false}) { // or the client has gone
        Deletion paid(Deletion::payment("SUCCEEDED", {"SUCCEEDED"}));
        paid.held = "trackpayments";
        auto call = paid.grpc(delete_path, "\x0a\x20" + std::string(32, '\xaa'));
        REQUIRE(unit::until(paid.loop, [&] { return !paid.node.calls.empty(); }));
        const auto checks = paid.rune_checks.size();
        if (server_stops)
            call->answer->stopping();
        else
            call.reset();
        const auto lookup = paid.node.calls.front();
        paid.node.answer(lookup, paid.tracker(json::parse(lookup.params).value()));
        unit::settle(paid.loop);
        CHECK(paid.rune_checks.size() == checks);
        CHECK(paid.calls.empty());
    }
}

TEST_CASE("parts that others delete at the same time do not matter, unless nothing is left") {
    Deletion paid(Deletion::payment("SUCCEEDED", {"FAILED", "SUCCEEDED"}));
    paid.errors["failed"] = {208, "Payment with hash has complete status"};
    CHECK(paid.ask() == done);
    paid.errors["complete"] = {211, "other"};
    CHECK(paid.ask() == error(2, not_deleted + "payment isn't initiated"));
    paid.errors["failed"] = {-32602, "bad"};
    CHECK(paid.ask() == error(2, not_deleted + "bad"));
    CHECK(paid.calls == std::vector<std::string>{"failed"}); // the settled part stays
}

TEST_CASE("a rune must permit delpay with each status that is needed") {
    const auto params = [](const char* status) {
        return json::Tree{{"payment_hash", unit::payment_hash('a')}, {"status", status}};
    };
    Deletion paid(Deletion::payment("SUCCEEDED", {"FAILED", "SUCCEEDED"}));
    CHECK(paid.ask() == done);
    REQUIRE(paid.rune_checks.size() == 2); // no check twice
    CHECK(paid.rune_checks[0]["method"] == "delpay");
    CHECK(paid.rune_checks[0]["params"] == params("failed"));
    CHECK(paid.rune_checks[1]["params"] == params("complete"));
    for (const std::string denied : {"failed", "complete"}) {
        paid.denies = [&](const json::Tree& check) { return check["params"]["status"] == denied; };
        CHECK(paid.ask() == error(2, "permission denied"));
        CHECK(paid.calls.empty());
    }
    Deletion settled(Deletion::payment("SUCCEEDED", {"SUCCEEDED"}));
    settled.denies = [](const json::Tree& check) { return check["params"]["status"] == "failed"; };
    CHECK(settled.ask() == done);
    settled.denies = [](const json::Tree& check) { return check["params"]["status"] == "complete"; };
    CHECK(settled.ask() == error(2, "permission denied"));
    CHECK(settled.exchange->refusals == 0); // it may delete, but not this
    settled.denies = [](const json::Tree&) { return true; };
    CHECK(settled.ask() == error(2, "permission denied"));
    CHECK(settled.exchange->refusals == 1);
    CHECK(settled.calls.empty());
}

TEST_CASE("a list leaves out BOLT 12 invoices if the operator wants that, and is one message") {
    Node node(1);
    node.tracker = [&](const json::Tree&) {
        auto text = node.payment(1);
        text.insert(1, R"("payment_request":"lni1qq",)");
        return Node::page(text, "");
    };
    CHECK(node.answer(*node.rest("/v1/payments")).find(R"("payment_request":"lni1qq")") != std::string::npos);
    node.hub.omit_bolt12_invoices();
    CHECK(node.answer(*node.rest("/v1/payments")).find(R"("payment_request":"")") != std::string::npos);
    CHECK(node.service.counts().sent == 2);
}

} // namespace list_payments_test

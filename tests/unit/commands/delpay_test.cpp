// The answer to a held delpay: lightningd's own, or made from the table.
#include "commands/delpay_from_table.hpp"

#include "facts.hpp"
#include "node.hpp"

#include <doctest/doctest.h>

namespace delpay_test {

using namespace facts;
using json::Tree;

namespace {

struct Served {
    io::Loop loop;
    unit::Node node{loop};
    std::vector<payments::Row> deleted;
    std::string answer;
    commands::Delpay delpay{node.lightningd,
                            [this](const std::vector<payments::Row>& rows, const auto&) { deleted = rows; },
                            [this](base::LogLevel, const std::string& line) { node.log.push_back(line); }};

    unit::Node::Call begin(const std::string& params, const std::string& filter,
                           const std::vector<payments::Row>& before) {
        const auto request = commands::read_delpay(*json::parse(params));
        REQUIRE(request.has_value());
        cln::HookedCall call;
        call.params = params;
        call.filter = filter;
        delpay.serve(*request, call, [this](std::string result) { answer = std::move(result); });
        node.answer(node.next(), unit::listing(before));
        return node.next();
    }
};

std::string params(const char* status, const std::string& more = "") {
    return R"({"payment_hash":")" + hash(1).hex() + R"(","status":")" + status + "\"" + more + "}";
}

} // namespace

TEST_CASE("delpay passes on the caller's parameters and answers with lightningd's own bytes") {
    Served s;
    const auto row = complete(pending(1, 9, 1, 10), 1);
    const auto call = s.begin(params("complete"), "", {row});
    CHECK(call.method == "delpay");
    CHECK(call.params == *json::parse(params("complete")));
    const auto result = unit::listing({row});
    s.node.answer(call, result);
    CHECK(s.answer == R"({"return":{"result":)" + result + "}}");
    REQUIRE(s.deleted.size() == 1);
    CHECK(s.deleted[0].created.value == 10);
}

TEST_CASE("the caller's filter is applied to lightningd's answer") {
    Served s;
    const auto row = complete(pending(1, 9, 1, 10), 1);
    const auto call = s.begin(params("complete"), R"({"payments":[{"created_index":true}]})", {row});
    s.node.answer(call, unit::listing({row}));
    CHECK(s.answer == R"({"return":{"result":{"payments":[{"created_index":10}]}}})");
    CHECK(s.deleted.size() == 1);
}

TEST_CASE("a filtered answer keeps lightningd's order") {
    Served s;
    const auto row = complete(pending(1, 9, 1, 10), 1);
    const auto call = s.begin(params("complete"), R"({"payments":[{"amount_msat":true,"created_index":true}]})", {row});
    s.node.answer(call, R"({"payments":[{"created_index":10,"payment_hash":")" + hash(1).hex() +
                            R"(","groupid":9,"amount_msat":1000,"created_at":110,"status":"complete"}]})");
    CHECK(s.answer == R"({"return":{"result":{"payments":[{"created_index":10,"amount_msat":1000}]}}})");
}

TEST_CASE("208 becomes 211 exactly when rows exist that have another status") {
    struct Case {
        std::string params;
        std::vector<payments::Row> rows;
        int code;
    };
    const auto other = failed(pending(1, 9, 1, 10), 1);
    const auto settled = complete(pending(1, 9, 2, 11), 2);
    const std::vector<Case> cases{
        {params("complete"), {}, 208},
        {params("complete"), {other}, 211},
        {params("complete"), {other, pending(1, 9, 2, 11)}, 211},
        {params("complete", R"(,"partid":1,"groupid":9)"), {other}, 211},
        {params("complete", R"(,"partid":2,"groupid":9)"), {other}, 208},
        {params("complete", R"(,"partid":1,"groupid":8)"), {other}, 208},
        // The matching row was deleted by another caller meanwhile.
        {params("complete"), {settled}, 208},
        {params("failed"), {other}, 208},
        {params("complete"), {other, settled}, 208},
        {params("complete", R"(,"partid":2,"groupid":9)"), {other, settled}, 208},
        // Only the requested rows count.
        {params("complete", R"(,"partid":1,"groupid":9)"), {other, settled}, 211},
    };
    for (const auto& c : cases) {
        CAPTURE(c.params);
        CAPTURE(c.rows.size());
        Served s;
        s.node.refuse(s.begin(c.params, "", c.rows), {208, "lightningd's message"});
        CHECK(s.answer == cln::hook_return_error(c.code, "lightningd's message"));
        CHECK(s.deleted.empty());
    }
}

TEST_CASE("208 stays 208 if the rows of another status have been deleted meanwhile") {
    const auto other = failed(pending(1, 9, 1, 10), 1);
    for (const auto& [asked, message] :
         {std::pair{params("complete"), "Unknown payment with payment_hash: " + hash(1).hex()},
          {params("complete", R"(,"partid":1,"groupid":9)"),
           std::string("No payment for that payment_hash with that partid and groupid")}}) {
        Served s;
        s.node.refuse(s.begin(asked, "", {other}), {208, message});
        CHECK(s.answer == cln::hook_return_error(208, message));
    }
}

TEST_CASE("other errors are passed on unchanged; after a lost connection lightningd continues by itself") {
    Served s;
    s.node.refuse(s.begin(params("complete"), "", {}), {-32602, "status: no"});
    CHECK(s.answer == cln::hook_return_error(-32602, "status: no"));
    s.begin(params("complete"), "", {});
    s.node.hang_up();
    REQUIRE(unit::until(s.loop, [&] { return s.answer == cln::hook_continue(); }));
}

TEST_CASE("parameters are read named and positional, and refused with lightningd's error texts") {
    const auto hex = hash(1).hex();
    CHECK(commands::read_delpay(Tree::array({hex, "failed", 1U, 9U}))->part->group.value == 9);
    CHECK_FALSE(commands::read_delpay(Tree::array({hex, "failed", nullptr, nullptr}))->part.has_value());
    const auto message = [](const Tree& p) { return commands::read_delpay(p).error().message; };
    CHECK(message({{"payment_hash", "xyz"}, {"status", "failed"}}) ==
          R"(payment_hash: should be a 32 byte hex value: invalid token '"xyz"')");
    CHECK(message(Tree::array({hex, "pending"})) ==
          R"(status: Cannot delete pending status: invalid token '"pending"')");
    CHECK(message(Tree::array({hex, "bogus"})) == R"(status: should be an invoice status: invalid token '"bogus"')");
    CHECK(message(Tree::array({hex, "failed", 1U})) == "Must set both partid and groupid, or neither");
    CHECK(message({{"payment_hash", hex}, {"status", "failed"}, {"partid", 1U}, {"groupid", "x"}}) ==
          R"(groupid: should be an unsigned 64 bit integer: invalid token '"x"')");
    CHECK(message({{"status", "failed"}}) == "missing required parameter: payment_hash");
}

TEST_CASE("on a host without delpay the table serves it, with the documented codes") {
    payments::Table table(100);
    table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    table.apply(seen(complete(pending(1, 9, 2, 11), 2)));
    const auto hex = hash(1).hex();
    const auto code = [&](const Tree& p) { return commands::delpay_from_table(table, {}, p, nullptr).error().code; };
    CHECK(code(Tree::array({hash(2).hex(), "failed"})) == 208);
    CHECK(code(Tree::array({hex, "failed", 2U, 9U})) == 211);
    CHECK(code(Tree::array({hex, "failed", 3U, 9U})) == 208);
    CHECK(code(Tree::array({hex, "pending"})) == -32602);
    const auto done = commands::delpay_from_table(table, {}, Tree::array({hex, "complete"}), nullptr);
    REQUIRE(done.has_value());
    const auto rows = (*json::parse(done->result))["payments"];
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["created_index"] == 11);
    CHECK(rows[0]["status"] == "complete");
    table.apply(done->events);
    CHECK(table.groups(hash(1)).at(0)->parts.size() == 1);
    CHECK(code(Tree::array({hex, "complete"})) == 211);
}

TEST_CASE("an answer of lightningd that is no JSON becomes an error: passed on, it would end lightningd") {
    for (const auto& [filter, result] : {std::pair{"", R"({"payments":[tru]})"},
                                         {"", R"("deleted")"},
                                         {R"({"payments":[{"created_index":true}]})", R"({"payments":[tru]})"}}) {
        Served s;
        const auto call = s.begin(params("complete"), filter, {complete(pending(1, 9, 1, 10), 1)});
        s.node.answer(call, result);
        const auto answer = json::parse(s.answer);
        REQUIRE(answer.has_value());
        CHECK((*answer)["return"]["error"]["code"] == -1);
        CHECK((*answer)["return"]["error"]["message"].is_string());
        CHECK(s.deleted.empty());
    }
}

} // namespace delpay_test

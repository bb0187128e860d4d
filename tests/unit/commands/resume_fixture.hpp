// An answer to `since` made from a node whose answers the test gives.
#pragma once

#include "commands/resume.hpp"

#include "facts.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace unit {

struct ResumeFixture {
    io::Loop loop;
    Node node{loop};
    payments::Table table{1000};
    TakenFacts facts;
    mirror::InvoiceLookup invoices{node.lightningd, table, facts};
    commands::GroupCensus census;
    std::optional<tl::expected<commands::Answer, rpc::Error>> answer;

    void run(commands::Known since, publish::Position readable, publish::Position hold = publish::unlimited) {
        answer.reset();
        commands::Resume::run({node.lightningd, invoices, table, census}, {readable, hold}, since,
                              [this](auto found) { answer = std::move(found); });
    }
    Node::Call page(const char* index, std::uint64_t start, const std::vector<payments::Row>& rows) {
        const auto call = node.next();
        REQUIRE(call.method == "listsendpays");
        CHECK(call.params.value("index", "") == index);
        CHECK(call.params.value("start", 0) == start);
        node.answer(call, listing(rows));
        return call;
    }
    void group(const std::vector<payments::Row>& rows) {
        const auto call = node.next();
        REQUIRE(call.method == "listsendpays");
        CHECK(call.params.value("payment_hash", "") == rows.front().key.hash.hex());
        node.answer(call, listing(rows));
    }
    /// `index status` of each payment, in order.
    [[nodiscard]] std::vector<std::string> given() const {
        std::vector<std::string> out;
        for (const auto& payment : (*answer)->payments) {
            const auto json = json::Tree::parse(*payment.json);
            out.push_back(json["payment_index"].get<std::string>() + ' ' + json["status"].get<std::string>());
        }
        return out;
    }
};

} // namespace unit

// Checks decoded facts against the JSON they were read from, and against each other.
#pragma once

#include "cln/row.hpp"
#include "json/nlohmann_reader.hpp"
#include "json/parser.hpp"
#include "json_input.hpp"
#include "payments/event.hpp"
#include "refusal.hpp"

#include <tuple>
#include <vector>

namespace fuzz {

inline auto all_of(const payments::Row& row) {
    return std::tie(row.key, row.partid, row.created, row.updated, row.status, row.amount, row.sent, row.created_at,
                    row.completed_at, row.preimage, row.invoice, row.unreadable_error);
}

inline auto all_of(const payments::ExpectedPart& one) {
    return std::tie(one.hash, one.group, one.partid, one.payer, one.total, one.seen, one.route);
}

bool is_number(const Tree* value, std::uint64_t number);
/// A number that is 0 if its member is missing.
bool is_number_or_absent(const Tree* value, std::uint64_t number);
/// Every member was read exactly.
void check_row(const payments::Row& row, const Tree& object);
/// A row written for a host without lightningd reads back the same.
void check_round_trip(const payments::Row& row);

/// Unknown members change nothing: later versions of lightningd will add some.
Tree with_unknown_member(Tree object);
/// A topic's body in the wrappings of all versions, and with unknown members.
std::vector<Tree> wrappings(const char* topic, const Tree& body);

/// `decode` gives the same for the tree and for the nodes of a Parser, by either library. `same(a, b)` compares two
/// results.
template <class Decode, class Same>
void check_forms(std::string_view text, const Tree& tree, Decode decode, Same same) {
    const auto expected = decode(Nodes(tree));
    const auto check = [&](json::Value value) {
        const auto decoded = decode(value);
        require(decoded.has_value() == expected.has_value(), "all forms are read, or none");
        if (decoded)
            require(same(*decoded, *expected), "all forms give the same");
        else
            require(decoded.error().text() == expected.error().text(), "all forms are refused with the same error");
    };
    json::Parser parser;
    const auto value = parser.read(text);
    require(value.has_value(), "a text that nlohmann reads can be read by a Parser");
    check(*value);
    json::NodeRow row;
    std::string texts;
    const auto node = json::read_with_nlohmann(text, row, texts);
    require(node.has_value(), "a text that nlohmann reads can be read by its events");
    check(json::Value(*node));
}

/// `decode` gives the same for the wrappings of all versions, and with unknown members. `same(a, b)` compares two
/// results.
template <class Decode, class Same>
void check_wrappings(const Tree& params, const char* topic, Decode decode, Same same) {
    const auto plain = decode(Nodes(params));
    const auto* body = at(params, topic);
    if (!body || !body->is_object())
        return;
    for (const auto& form : wrappings(topic, *body)) {
        const auto other = decode(Nodes(form));
        require(plain.has_value() == other.has_value(), "every wrapping of a topic is read, or none");
        if (plain)
            require(same(*plain, *other), "every wrapping of a topic gives the same");
        else
            require(plain.error().what == other.error().what,
                    "every wrapping of a topic is refused with the same error");
    }
}

} // namespace fuzz

// Checks decoded facts against the JSON they were read from.
#include "facts_in_json.hpp"

#include "cln/row_text.hpp"

#include <array>

namespace fuzz {

bool is_number(const Tree* value, std::uint64_t number) {
    return value && value->is_number_unsigned() && value->get<std::uint64_t>() == number;
}

bool is_number_or_absent(const Tree* value, std::uint64_t number) {
    return value ? is_number(value, number) : number == 0;
}

void check_row(const payments::Row& row, const Tree& object) {
    require(is_hex(at(object, "payment_hash"), row.key.hash.hex()), "the row's hash is the one that was sent");
    require(is_number_or_absent(at(object, "groupid"), row.key.group.value), "groupid");
    require(is_number_or_absent(at(object, "partid"), row.partid.value), "partid");
    require(is_number(at(object, at(object, "created_index") ? "created_index" : "id"), row.created.value),
            "created_index, or the older id");
    require(is_number_or_absent(at(object, "updated_index"), row.updated.value), "updated_index");
    constexpr std::array<const char*, 3> names_of_status{"pending", "failed", "complete"};
    require(*at(object, "status") == names_of_status[static_cast<std::size_t>(row.status)], "status");
    require(at(object, "amount_msat") ? row.amount && is_amount(at(object, "amount_msat"), row.amount->value)
                                      : !row.amount,
            "amount_msat");
    require(!at(object, "amount_sent_msat") || is_amount(at(object, "amount_sent_msat"), row.sent.value),
            "amount_sent_msat");
    for (const auto when : {row.created_at, row.completed_at.value_or(base::UnixNs{})})
        require(when.value >= 0 && when.value % 1'000'000'000 == 0, "times of a row are whole seconds");
    require(row.completed_at.has_value() == (at(object, "completed_at") != nullptr), "completed_at");
    require(row.preimage ? is_hex(at(object, "payment_preimage"), row.preimage->hex())
                         : at(object, "payment_preimage") == nullptr,
            "payment_preimage");
}

void check_round_trip(const payments::Row& row) {
    auto part = payments::Part::of(row);
    part.merge(row);
    const auto text = parsed(cln::RowText::of(row.key, part, row.invoice).json());
    const auto again = cln::decode_row(Nodes(text.value_or(Tree())), "result");
    require(again.has_value(), "an encoded row can be decoded");
    auto expected = row;
    expected.unreadable_error = false; // stored as the part's failure
    require(all_of(*again) == all_of(expected), "an encoded row is read back the same");
}

Tree with_unknown_member(Tree object) {
    object["something_of_tomorrow"] = Tree::object({{"status", "complete"}, {"partid", -1}});
    return object;
}

std::vector<Tree> wrappings(const char* topic, const Tree& body) {
    const auto wrap = [](const char* name, const Tree& value) {
        auto object = Tree::object();
        object[name] = value;
        return object;
    };
    const auto plain = wrap(topic, body);
    return {plain, wrap("payload", plain), wrap(topic, with_unknown_member(body)), with_unknown_member(plain)};
}

} // namespace fuzz

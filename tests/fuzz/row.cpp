// A row of `listsendpays`, alone and in a listing between valid ones.
#include "facts_in_json.hpp"

#include <algorithm>

namespace row_target {

namespace {

bool same_rows(const cln::Rows& a, const cln::Rows& b) {
    return std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                      [](const auto& x, const auto& y) { return fuzz::all_of(x) == fuzz::all_of(y); }) &&
           std::equal(a.errors.begin(), a.errors.end(), b.errors.begin(), b.errors.end(),
                      [](const auto& x, const auto& y) { return x.text() == y.text(); });
}

} // namespace

FUZZ_TARGET(row) {
    const auto object = fuzz::json_of(data, size);
    if (!object)
        return 0;
    const auto row = cln::decode_row(fuzz::Nodes(*object), "result.payments[0]");
    if (row) {
        fuzz::check_row(*row, *object);
        fuzz::check_round_trip(*row);
        const auto tomorrow = cln::decode_row(fuzz::Nodes(fuzz::with_unknown_member(*object)), "result");
        fuzz::require(tomorrow && fuzz::all_of(*tomorrow) == fuzz::all_of(*row), "unknown members change nothing");
    } else {
        fuzz::check_refusal(row.error());
    }
    const auto alone = [](json::Value value) { return cln::decode_row(value, "result"); };
    fuzz::check_forms(fuzz::text_of(data, size), *object, alone,
                      [](const auto& a, const auto& b) { return fuzz::all_of(a) == fuzz::all_of(b); });
    fuzz::check_forms(fuzz::text_of(data, size), *object, cln::decode_rows, same_rows);
    const auto good =
        *fuzz::parsed(R"({"payment_hash":")" + std::string(64, 'a') + R"(","created_index":7,"status":"failed"})");
    auto listing = fuzz::Tree::object();
    for (const auto& one : {good, *object, good})
        listing["payments"].push_back(one);
    const auto rows = cln::decode_rows(fuzz::Nodes(listing));
    fuzz::require(rows && rows->rows.size() == (row ? 3U : 2U) && rows->errors.size() == (row ? 0U : 1U),
                  "an unreadable row does not spoil the others");
    if (const auto all = cln::decode_rows(fuzz::Nodes(*object))) {
        fuzz::require(all->rows.size() + all->errors.size() == fuzz::at(*object, "payments")->size(),
                      "each row is read or refused");
        for (const auto& error : all->errors)
            fuzz::check_refusal(error);
    } else {
        fuzz::check_refusal(all.error());
    }
    return 0;
}

} // namespace row_target

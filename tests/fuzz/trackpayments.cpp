// The parameters of `trackpayments`.
#include "commands/trackpayments_request.hpp"
#include "refused_params.hpp"

namespace trackpayments_target {

namespace {

constexpr std::array<const char*, 12> names{
    "no_inflight_updates", "payment_hash",      "since",     "timeout",
    "index_offset",        "max_payments",      "reversed",  "include_incomplete",
    "creation_date_start", "creation_date_end", "omit_hops", "count_total_payments"};

std::string since(const commands::TrackpaymentsRequest& request) {
    if (!request.since)
        return {};
    const auto& cursor = *request.since;
    auto text = cursor.node + '.' + cursor.run + '.' + std::to_string(cursor.position.created.value) + '.' +
                std::to_string(cursor.position.updated.value);
    if (cursor.number > 0 || cursor.given.value > 0)
        text += '.' + std::to_string(cursor.number);
    return cursor.given.value > 0 ? text + '.' + std::to_string(cursor.given.value) : text;
}

auto all_of(const commands::TrackpaymentsRequest& request) {
    return std::make_tuple(request.only_final, request.hash, since(request), request.timeout, request.page);
}

void check_page(const commands::PageRequest& page, const fuzz::Tree& params) {
    const auto number = [&](const char* name, std::uint64_t read, std::uint64_t by_default) {
        const auto* value = fuzz::at(params, name);
        fuzz::require(value ? fuzz::is_amount(value, read) : read == by_default, name);
    };
    const auto flag = [&](const char* name, bool read) {
        const auto* value = fuzz::at(params, name);
        fuzz::require(read == (value && (*value == true || *value == "true")), name);
    };
    fuzz::require(page.max_payments >= 1 && page.max_payments <= 100, "a page has at most 100 payments");
    number("index_offset", page.index_offset, 0);
    number("max_payments", page.max_payments, 100);
    flag("reversed", page.reversed);
    flag("include_incomplete", page.include_incomplete);
    number("creation_date_start", page.created_from, 0);
    number("creation_date_end", page.created_until == UINT64_MAX ? 0 : page.created_until, 0);
    flag("omit_hops", page.omit_hops);
    flag("count_total_payments", page.only_count);
}

} // namespace

FUZZ_TARGET(trackpayments) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto request = commands::read_trackpayments(*params);
    if (!request)
        fuzz::check_refusal(request.error());
    else
        fuzz::require(request->timeout.count() >= 0 && request->timeout.count() <= 3600,
                      "a timeout is at most an hour");
    if (!params->is_object())
        return 0;
    if (request) {
        fuzz::require(request->page.has_value() == (fuzz::at(*params, "index_offset") != nullptr),
                      "an offset asks for a page");
        if (request->page)
            check_page(*request->page, *params);
        const auto* hash = fuzz::at(*params, "payment_hash");
        fuzz::require(hash ? request->hash && fuzz::is_hex(hash, request->hash->hex()) : !request->hash, "hash");
        const auto* cursor = fuzz::at(*params, "since");
        fuzz::require(cursor ? *cursor == since(*request) : !request->since, "the cursor is read exactly");
        const auto* stay = fuzz::at(*params, "timeout");
        fuzz::require(stay ? fuzz::is_amount(stay, static_cast<std::uint64_t>(request->timeout.count()))
                           : request->timeout.count() == 0,
                      "timeout");
        const auto* final = fuzz::at(*params, "no_inflight_updates");
        fuzz::require(request->only_final == (final && (*final == true || *final == "true")), "no_inflight_updates");
    }
    if (const auto list = fuzz::by_position(*params, names)) {
        const auto again = commands::read_trackpayments(*list);
        fuzz::require(again.has_value() == request.has_value() && (!request || all_of(*again) == all_of(*request)),
                      "named and positional parameters give the same");
    }
    return 0;
}

} // namespace trackpayments_target

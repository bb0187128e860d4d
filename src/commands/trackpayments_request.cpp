#include "commands/trackpayments_request.hpp"

#include "commands/delpay.hpp"

#include <array>

namespace commands {

namespace {

constexpr std::array<cln::Param, 12> trackpayments_params{{
    {"no_inflight_updates", false, cln::ParamType::boolean, "If true, only payments that are SUCCEEDED or FAILED",
     "false"},
    {"payment_hash", false, cln::ParamType::hex, "Only payments of this hash, oldest first, finished ones included"},
    {"since", false, cln::ParamType::string, "A cursor from an answer or a topic: only payments that changed after it"},
    {"timeout", false, cln::ParamType::integer, "Seconds to wait and follow updates, 0 to 3600", "0"},
    {"index_offset", false, cln::ParamType::integer,
     "A page of all payments, as LND's ListPayments gives them: those after this payment_index, 0 for the oldest"},
    {"max_payments", false, cln::ParamType::integer, "At most so many payments in the page, 1 to 100", "100"},
    {"reversed", false, cln::ParamType::boolean, "If true, the payments before index_offset, 0 for the newest",
     "false"},
    {"include_incomplete", false, cln::ParamType::boolean, "If true, also payments that are IN_FLIGHT or FAILED",
     "false"},
    {"creation_date_start", false, cln::ParamType::integer, "Only payments created in this second (UNIX time) or later",
     "0"},
    {"creation_date_end", false, cln::ParamType::integer, "Only payments created in this second or earlier", "0"},
    {"omit_hops", false, cln::ParamType::boolean, "If true, the routes have no hops", "false"},
    {"count_total_payments", false, cln::ParamType::boolean,
     "If true, the payments of the page are counted, whatever their status and date, and not returned", "false"},
}};
constexpr std::array<host::Member, 7> trackpayments_result{{
    {"payments", "array of objects"},
    {"cursor", "string"},
    {"complete", "boolean, optional"},
    {"more", "boolean, optional"},
    {"next_index_offset", "string, optional"},
    {"num_payments", "string, optional"},
    {"unpublished_topics", "array of strings, optional"},
}};
constexpr std::array<int, 3> trackpayments_codes{rpc::invalid_params, no_such_payment, generic_error};

tl::expected<publish::Cursor, rpc::Error> read_cursor(const json::Tree& value) {
    auto cursor = value.is_string() ? publish::parse_cursor(value.get_ref<const std::string&>()) : std::nullopt;
    if (!cursor)
        return tl::unexpected(cln::bad_param("since", value, "should be a cursor from trackpayments"));
    return *std::move(cursor);
}

tl::expected<std::chrono::seconds, rpc::Error> read_timeout(const json::Tree& value) {
    const auto seconds = cln::read_u64("timeout", value);
    const auto most = static_cast<std::uint64_t>(longest_timeout.count());
    if (!seconds || *seconds > most)
        return tl::unexpected(
            cln::bad_param("timeout", value, "should be a whole number of seconds from 0 to " + std::to_string(most)));
    return std::chrono::seconds(*seconds);
}

/// Reads a parameter into `out` if it was given.
template <class T, class Read>
std::optional<rpc::Error> take(const json::Tree* value, T& out, Read read) {
    if (!value)
        return std::nullopt;
    auto result = read(*value);
    if (!result)
        return result.error();
    out = *std::move(result);
    return std::nullopt;
}

tl::expected<std::size_t, rpc::Error> read_max_payments(const json::Tree& value) {
    const auto number = cln::read_u64("max_payments", value);
    if (!number || *number == 0 || *number > PageRequest::most_payments)
        return tl::unexpected(cln::bad_param("max_payments", value, "should be a number from 1 to 100"));
    return static_cast<std::size_t>(*number);
}

template <auto Read>
auto reader(const char* name) {
    return [name](const json::Tree& value) { return Read(name, value); };
}

/// `offset`: its presence asks for a page.
tl::expected<PageRequest, rpc::Error> read_page(const cln::Args& args, const json::Tree& offset) {
    for (const auto* other : {"no_inflight_updates", "payment_hash", "since", "timeout"})
        if (args.find(other))
            return tl::unexpected(
                rpc::Error{rpc::invalid_params, "index_offset: cannot be combined with " + std::string(other)});
    PageRequest page;
    auto error = take(&offset, page.index_offset, reader<cln::read_u64>("index_offset"));
    const auto read = [&](const char* name, auto& out, auto how) {
        if (!error)
            error = take(args.find(name), out, how);
    };
    const auto read_flag = [&](const char* name, bool& out) { read(name, out, reader<cln::read_bool>(name)); };
    const auto read_number = [&](const char* name, auto& out) { read(name, out, reader<cln::read_u64>(name)); };
    read("max_payments", page.max_payments, read_max_payments);
    read_flag("reversed", page.reversed);
    read_flag("include_incomplete", page.include_incomplete);
    read_number("creation_date_start", page.created_from);
    read_number("creation_date_end", page.created_until);
    read_flag("omit_hops", page.omit_hops);
    read_flag("count_total_payments", page.only_count);
    if (error)
        return tl::unexpected(*std::move(error));
    if (page.created_until == 0)
        page.created_until = UINT64_MAX;
    return page;
}

/// A parameter of a page without index_offset is an error: nobody should wonder about the payments in flight.
std::optional<rpc::Error> find_stray(const cln::Args& args) {
    constexpr std::size_t first_of_page = 5;
    for (const auto& param : std::span(trackpayments_params).subspan(first_of_page))
        if (args.find(param.name))
            return rpc::Error{rpc::invalid_params, std::string(param.name) + ": needs index_offset"};
    return std::nullopt;
}

} // namespace

tl::expected<TrackpaymentsRequest, rpc::Error> read_trackpayments(const json::Tree& params) {
    const auto args = cln::Args::bind(params, trackpayments_params);
    if (!args)
        return tl::unexpected(args.error());
    if (const auto* offset = args->find("index_offset")) {
        auto page = read_page(*args, *offset);
        if (!page)
            return tl::unexpected(std::move(page.error()));
        TrackpaymentsRequest request;
        request.page = *page;
        return request;
    }
    if (auto error = find_stray(*args))
        return tl::unexpected(*std::move(error));
    TrackpaymentsRequest request;
    auto error = take(args->find("no_inflight_updates"), request.only_final,
                      [](const auto& value) { return cln::read_bool("no_inflight_updates", value); });
    if (!error)
        error = take(args->find("payment_hash"), request.hash,
                     [](const auto& value) { return cln::read_hash("payment_hash", value); });
    if (!error)
        error = take(args->find("since"), request.since, read_cursor);
    if (!error)
        error = take(args->find("timeout"), request.timeout, read_timeout);
    if (error)
        return tl::unexpected(*std::move(error));
    return request;
}

constinit const host::CommandSpec trackpayments_spec{
    .name = "trackpayments",
    .params = trackpayments_params,
    .description = "List payments as LND's TrackPayments does: those in flight, those of {payment_hash}, or those that "
                   "changed after the cursor {since}. With {timeout} (seconds), wait and follow their updates. With "
                   "{no_inflight_updates}, only SUCCEEDED and FAILED payments. With {index_offset}, a page of all "
                   "payments as LND's ListPayments gives them",
    .long_description = "The result holds `payments`, each an lnrpc.Payment, and a `cursor` to pass as {since} "
                        "of the next call; `more` is true if that call returns further payments at once. A page of "
                        "all payments has `next_index_offset` if there are more; it takes {max_payments} (1 to 100), "
                        "{reversed}, {include_incomplete}, {creation_date_start}, {creation_date_end}, {omit_hops} "
                        "and {count_total_payments}. While the "
                        "call waits, each update is sent as a `message` notification. Codes: -32602 bad parameter or "
                        "cursor, 208 unknown {payment_hash}, -1 try again later. See lightning-trackpayments(7).",
    .category = "payment",
    .result = trackpayments_result,
    .codes = trackpayments_codes,
};

} // namespace commands

#include "commands/trackpayments_request.hpp"

#include "commands/delpay.hpp"

#include <array>

namespace commands {

namespace {

constexpr std::array<cln::Param, 4> trackpayments_params{{
    {"no_inflight_updates", false, cln::ParamType::boolean, "If true, only payments that are SUCCEEDED or FAILED",
     "false"},
    {"payment_hash", false, cln::ParamType::hex, "Only payments of this hash, oldest first, finished ones included"},
    {"since", false, cln::ParamType::string, "A cursor from an answer or a topic: only payments that changed after it"},
    {"timeout", false, cln::ParamType::integer, "Seconds to wait and follow updates, 0 to 3600", "0"},
}};
constexpr std::array<host::Member, 5> trackpayments_result{{
    {"payments", "array of objects"},
    {"cursor", "string"},
    {"complete", "boolean, optional"},
    {"more", "boolean, optional"},
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

} // namespace

tl::expected<TrackpaymentsRequest, rpc::Error> read_trackpayments(const json::Tree& params) {
    const auto args = cln::Args::bind(params, trackpayments_params);
    if (!args)
        return tl::unexpected(args.error());
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
                   "{no_inflight_updates}, only SUCCEEDED and FAILED payments",
    .long_description = "The result holds `payments`, each an lnrpc.Payment, and a `cursor` to pass as {since} "
                        "of the next call; `more` is true if that call returns further payments at once. While the "
                        "call waits, each update is sent as a `message` notification. Codes: -32602 bad parameter or "
                        "cursor, 208 unknown {payment_hash}, -1 try again later. See lightning-trackpayments(7).",
    .category = "payment",
    .result = trackpayments_result,
    .codes = trackpayments_codes,
};

} // namespace commands

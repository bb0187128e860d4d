#include "commands/trackpayments_request.hpp"

#include <array>

namespace commands {

namespace {

constexpr std::array<cln::Param, 4> params_of_follow{
    {{"no_inflight_updates"}, {"payment_hash"}, {"since"}, {"timeout"}}};

tl::expected<publish::Cursor, rpc::Error> read_cursor(const json::Tree& value) {
    auto cursor = value.is_string() ? publish::parse_cursor(value.get_ref<const std::string&>()) : std::nullopt;
    if (!cursor)
        return tl::unexpected(cln::bad_param("since", value, "should be a cursor as trackpayments gave it"));
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
    const auto args = cln::Args::bind(params, params_of_follow);
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

std::string trackpayments_usage() {
    return cln::usage(params_of_follow);
}

} // namespace commands

#include "commands/status.hpp"

#include "cln/result_filter.hpp"

#include <algorithm>

namespace commands {

namespace {

constexpr std::array<host::Member, 12> status_result{{
    {"ready", "boolean"},
    {"complete", "boolean"},
    {"payments", "integer"},
    {"payments_in_flight", "integer"},
    {"parts", "integer"},
    {"callers", "integer"},
    {"queued_bytes", "integer"},
    {"merged_snapshots", "integer"},
    {"reconnects", "integer"},
    {"read", "object"},
    {"cursor", "object"},
    {"counters", "object, optional"},
}};
constexpr std::array<int, 1> status_codes{rpc::invalid_params};

json::Tree positions(const publish::Position& position) {
    return {{"created", position.created.value}, {"updated", position.updated.value}};
}

} // namespace

constinit const host::CommandSpec status_spec{
    .name = "trackpayments-status",
    .params = {},
    .description = "Show how the plugin trackpayments is doing: payments in memory, and how far it has read",
    .long_description = "For metrics. The result has nothing of any payment. See lightning-trackpayments-status(7).",
    .category = "payment",
    .result = status_result,
    .codes = status_codes,
};

std::optional<rpc::Error> check_status(const json::Tree& params) {
    const auto args = cln::Args::bind(params, status_spec.params);
    return args ? std::nullopt : std::optional(args.error());
}

tl::expected<std::string, rpc::Error> status(const StatusSources& sources, std::uint64_t connections,
                                             std::size_t callers, const json::Tree& params, std::string_view filter) {
    if (auto refusal = check_status(params))
        return tl::unexpected(*std::move(refusal));
    const auto& table = sources.table;
    json::Tree result{
        {"ready", sources.mirror.ready()},
        {"complete", sources.mirror.complete()},
        {"payments", table.size()},
        {"payments_in_flight", table.in_flight()},
        {"parts", table.parts()},
        {"callers", callers},
        {"queued_bytes", sources.publisher.waiting_bytes()},
        {"merged_snapshots", sources.publisher.merged()},
        {"reconnects", std::max<std::uint64_t>(connections, 1) - 1},
        {"read", positions(sources.progress.read())},
        {"cursor", positions(sources.progress.safe())},
    };
    if (const auto counters = sources.mirror.counters())
        result["counters"] = positions(*counters);
    auto text = json::dump(result);
    if (const auto wanted = json::parse(filter); !filter.empty() && wanted)
        text = cln::filter_text(text, *wanted);
    return text;
}

} // namespace commands

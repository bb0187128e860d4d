#include "metrics/ended_payment.hpp"

#include "json/members.hpp"
#include "json/parser.hpp"

#include <algorithm>
#include <charconv>

namespace metrics {

namespace {

constexpr double ns_per_second = 1e9;

/// 64-bit numbers are decimal text in lnrpc's JSON.
std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> number(json::Value object, std::string_view name) {
    const auto text = object.find(name).text();
    return text ? number(*text) : std::nullopt;
}

/// A name of LND's protos. Nothing else comes into a label.
std::optional<std::string> enum_name(json::Value object, std::string_view name) {
    const auto text = object.find(name).text();
    const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    if (!text || text->empty() || !std::all_of(text->begin(), text->end(), fits))
        return std::nullopt;
    return std::string(*text);
}

tl::unexpected<std::string> unreadable(std::string_view name) {
    return tl::unexpected(std::string(name) + ": missing or malformed");
}

tl::expected<Attempt, std::string> read(json::Value htlc) {
    const auto id = number(htlc, "attempt_id");
    if (!id)
        return unreadable("htlcs: attempt_id");
    Attempt attempt{*id};
    if (htlc.find("status").text() != "FAILED")
        return attempt;
    const auto failure = htlc.find("failure");
    const auto code = enum_name(failure, "code");
    const auto source = failure.find("failure_source_index").natural();
    if (!code || !source)
        return unreadable("htlcs: failure");
    attempt.failure = AttemptFailure{*code, *source};
    return attempt;
}

} // namespace

tl::expected<EndedPayment, std::string> read_ended_payment(const consumer::Snapshot& payment) {
    static thread_local json::Parser parser; // keeps its memory
    const auto value = parser.read(payment.json);
    if (!value)
        return tl::unexpected("payment: " + value.error());
    EndedPayment ended;
    ended.hash = payment.payment_hash;
    ended.succeeded = payment.status == consumer::Status::succeeded;
    const auto reason = enum_name(*value, "failure_reason");
    const auto value_msat = number(*value, "value_msat");
    const auto fee_msat = number(*value, "fee_msat");
    if (!reason)
        return unreadable("failure_reason");
    if (!value_msat)
        return unreadable("value_msat");
    if (!fee_msat)
        return unreadable("fee_msat");
    ended.reason = *reason;
    ended.value_msat = *value_msat;
    ended.fee_msat = *fee_msat;
    auto begun = UINT64_MAX;
    std::uint64_t settled = 0;
    for (const auto htlc : value->find("htlcs").elements()) {
        auto attempt = read(htlc);
        if (!attempt)
            return tl::unexpected(attempt.error());
        begun = std::min(begun, number(htlc, "attempt_time_ns").value_or(UINT64_MAX));
        if (htlc.find("status").text() == "SUCCEEDED")
            settled = std::max(settled, number(htlc, "resolve_time_ns").value_or(0));
        ended.attempts.push_back(*std::move(attempt));
    }
    if (settled > begun)
        ended.seconds = static_cast<double>(settled - begun) / ns_per_second;
    std::sort(ended.attempts.begin(), ended.attempts.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return ended;
}

std::optional<double> creation_time(const consumer::Snapshot& payment) {
    auto raw = json::find_member(payment.json, R"("creation_time_ns")");
    if (raw.size() < 2 || raw.front() != '"')
        return std::nullopt;
    const auto ns = number(raw.substr(1, raw.size() - 2));
    return ns ? std::optional(static_cast<double>(*ns) / ns_per_second) : std::nullopt;
}

} // namespace metrics

#include "sink/knowledge.hpp"

#include "json/members.hpp"
#include "wire/payment_message.hpp"
#include "wire/wire_value.hpp"

#include <algorithm>
#include <charconv>

namespace sink {

namespace {

using consumer::Status;
using Error = tl::unexpected<std::string>;

std::optional<Status> status_of(std::string_view raw) {
    if (raw == R"("IN_FLIGHT")")
        return Status::in_flight;
    if (raw == R"("SUCCEEDED")")
        return Status::succeeded;
    if (raw == R"("FAILED")")
        return Status::failed;
    return std::nullopt;
}

/// `failure`: null or an object. lightningd itself knows of a failure that nobody has seen only that it cannot read it.
std::optional<std::uint32_t> code_in(std::string_view failure) {
    if (failure == "null")
        return 0;
    const auto name = json::plain_string(json::find_member(failure, R"("code")"), 0);
    if (name == "UNREADABLE_FAILURE")
        return 0;
    return name ? wire::number_of(wire::failure_codes, *name) : std::nullopt;
}

bool has_hops(std::string_view route) {
    const auto hops = json::find_member(route, R"("hops")");
    return hops.starts_with('[') && hops.substr(json::skip_space(hops, 1)).starts_with('{');
}

tl::expected<Attempt, std::string> attempt_in(std::string_view htlc) {
    Attempt attempt;
    std::optional<std::uint64_t> id;
    std::optional<Status> status;
    std::string_view failure = "null";
    json::ObjectScanner members(htlc);
    while (const auto member = members.next()) {
        if (member->key == R"("attempt_id")")
            id = wire::decimal<std::uint64_t>(json::plain_string(member->value, 0).value_or(""));
        else if (member->key == R"("status")")
            status = status_of(member->value);
        else if (member->key == R"("failure")")
            failure = member->value;
        else if (member->key == R"("route")")
            attempt.route_known = has_hops(member->value);
    }
    if (!members.ok())
        return Error("htlcs: malformed");
    if (!id)
        return Error("htlcs.attempt_id: missing, or no decimal text");
    if (!status)
        return Error("htlcs.status: missing or unknown");
    const auto code = *status == Status::failed ? code_in(failure) : 0;
    if (!code)
        return Error("htlcs.failure.code: missing or unknown");
    attempt.id = *id;
    attempt.status = *status;
    attempt.failure_code = *code;
    return attempt;
}

/// By id. Of two with the same id the later one counts, as of two members with the same name.
void sort(std::vector<Attempt>& attempts) {
    const auto less = [](const Attempt& a, const Attempt& b) { return a.id < b.id; };
    if (!std::is_sorted(attempts.begin(), attempts.end(), less))
        std::stable_sort(attempts.begin(), attempts.end(), less);
    const auto same = [](const Attempt& a, const Attempt& b) { return a.id == b.id; };
    const auto first = std::unique(attempts.rbegin(), attempts.rend(), same).base();
    attempts.erase(attempts.begin(), first);
}

char letter(Status status) {
    switch (status) {
    case Status::in_flight:
        return 'I';
    case Status::succeeded:
        return 'S';
    case Status::failed:
        return 'F';
    }
    return 'I';
}

std::optional<Status> status_of_letter(char c) {
    for (const auto status : {Status::in_flight, Status::succeeded, Status::failed})
        if (letter(status) == c)
            return status;
    return std::nullopt;
}

/// Takes digits from the front. Nothing if there are none, or too many.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
    Number number{};
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
    return number;
}

/// Also reads other spellings, such as leading zeros.
std::optional<Attempt> parse_attempt(std::string_view text) {
    Attempt attempt;
    const auto id = take_number<std::uint64_t>(text);
    const auto status = id && !text.empty() ? status_of_letter(text.front()) : std::nullopt;
    if (!status)
        return std::nullopt;
    text.remove_prefix(1);
    attempt.id = *id;
    attempt.status = *status;
    if (attempt.status == Status::failed)
        attempt.failure_code = take_number<std::uint32_t>(text).value_or(0);
    attempt.route_known = text == "r";
    return attempt.route_known || text.empty() ? std::optional(attempt) : std::nullopt;
}

/// What a tracker shows when it does not know why: UNREADABLE_FAILURE (here 0), or UNKNOWN_FAILURE for a row without an
/// error onion (src/lnrpc/README.md, "Failures").
bool says_why(std::uint32_t code) {
    static const auto unknown = wire::number_of(wire::failure_codes, "UNKNOWN_FAILURE");
    return code != 0 && code != unknown;
}

/// What one snapshot has and the other has not.
struct Added {
    bool state = false;  ///< an attempt, or the end of one
    bool detail = false; ///< why an attempt failed, or its route
    bool older = false;  ///< an attempt is in flight that has ended in the other
};

Added added_by(const Knowledge& replayed, const Knowledge& stored) {
    Added added;
    for (const auto& attempt : replayed.attempts) {
        const auto known = std::lower_bound(stored.attempts.begin(), stored.attempts.end(), attempt.id,
                                            [](const Attempt& one, std::uint64_t id) { return one.id < id; });
        if (known == stored.attempts.end() || known->id != attempt.id) {
            added.state = true;
            continue;
        }
        if (attempt.status != known->status)
            (attempt.status == Status::in_flight ? added.older : added.state) = true;
        added.detail |= attempt.route_known && !known->route_known;
        added.detail |= says_why(attempt.failure_code) && attempt.failure_code != known->failure_code;
    }
    return added;
}

int rank(Status status) {
    switch (status) {
    case Status::in_flight:
        return 0;
    case Status::failed:
        return 1;
    case Status::succeeded:
        return 2;
    }
    return 0;
}

} // namespace

tl::expected<Knowledge, std::string> read_knowledge(const consumer::Snapshot& payment) {
    Knowledge knowledge{payment.status, {}};
    std::string reason = "htlcs: missing, or no array";
    const auto htlcs = json::find_member(payment.json, R"("htlcs")");
    const bool all = json::for_each_element(htlcs, [&](std::string_view htlc) {
        auto attempt = attempt_in(htlc);
        if (attempt)
            knowledge.attempts.push_back(*attempt);
        else
            reason = std::move(attempt.error());
        return attempt.has_value();
    });
    if (!all)
        return Error(std::move(reason));
    sort(knowledge.attempts);
    return knowledge;
}

std::string write_status(Status status) {
    switch (status) {
    case Status::in_flight:
        return "IN_FLIGHT";
    case Status::succeeded:
        return "SUCCEEDED";
    case Status::failed:
        return "FAILED";
    }
    return "IN_FLIGHT";
}

std::string write_attempts(const Knowledge& knowledge) {
    std::string out;
    for (const auto& attempt : knowledge.attempts) {
        if (!out.empty())
            out += ',';
        out += std::to_string(attempt.id);
        out += letter(attempt.status);
        if (attempt.failure_code != 0)
            out += std::to_string(attempt.failure_code);
        if (attempt.route_known)
            out += 'r';
    }
    return out;
}

std::optional<Knowledge> parse_knowledge(std::string_view status, std::string_view attempts) {
    Knowledge knowledge;
    const auto known = status_of('"' + std::string(status) + '"');
    if (!known)
        return std::nullopt;
    knowledge.status = *known;
    for (auto rest = attempts; !rest.empty();) {
        const auto size = std::min(rest.find(','), rest.size());
        const auto attempt = parse_attempt(rest.substr(0, size));
        if (!attempt || (!knowledge.attempts.empty() && attempt->id <= knowledge.attempts.back().id))
            return std::nullopt;
        knowledge.attempts.push_back(*attempt);
        rest.remove_prefix(std::min(size + 1, rest.size()));
    }
    return write_attempts(knowledge) == attempts ? std::optional(std::move(knowledge)) : std::nullopt;
}

bool adds_nothing(const Knowledge& replayed, const Knowledge& stored) {
    if (rank(replayed.status) > rank(stored.status))
        return false;
    const auto added = added_by(replayed, stored);
    // The end of a payment has its details too, and must not be hidden by a snapshot without it.
    const bool details_count = replayed.status == stored.status && !added.older;
    return !added.state && !(added.detail && details_count);
}

} // namespace sink

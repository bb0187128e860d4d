#include "scenario.hpp"

#include "json_fields.hpp"

#include "failcode.hpp"
#include "invoices.hpp"

namespace standin {

namespace {

using Bad = tl::unexpected<std::string>;

tl::expected<void, std::string> read_name(Outcome& outcome, const std::string& name) {
    static const std::map<std::string, Outcome::Do> by_name = {
        {"settle", Outcome::Do::settle},       {"settle_alone", Outcome::Do::settle_alone},
        {"hold", Outcome::Do::hold},           {"fail", Outcome::Do::fail},
        {"garble", Outcome::Do::garble},       {"local_fail", Outcome::Do::local_fail},
        {"malformed", Outcome::Do::malformed}, {"refuse", Outcome::Do::refuse},
        {"peer_away", Outcome::Do::peer_away},
    };
    if (const auto at = by_name.find(name); at != by_name.end()) {
        outcome.what = at->second;
        return {};
    }
    const auto code = failcode_by_name(name);
    if (!code)
        return Bad("no outcome and no failure code: " + name);
    outcome.what = Outcome::Do::fail;
    outcome.failcode = *code;
    return {};
}

tl::expected<void, std::string> read_code(Outcome& outcome, const json::Tree& code) {
    if (outcome.what == Outcome::Do::refuse) {
        outcome.code = code.is_number_integer() ? code.get<int>() : outcome.code;
        return {};
    }
    if (code.is_number_unsigned()) {
        outcome.failcode = code.get<std::uint16_t>();
        return {};
    }
    const auto by_name = code.is_string() ? failcode_by_name(code.get<std::string>()) : std::nullopt;
    if (!by_name)
        return Bad("code: neither a number nor the name of a failure");
    outcome.failcode = *by_name;
    return {};
}

tl::expected<std::vector<PartPlan>, std::string> read_parts(const json::Tree& list);

tl::expected<Attempt, std::string> read_attempt(const json::Tree& value) {
    Attempt attempt;
    if (value.is_object() && value.contains("split")) {
        auto parts = read_parts(value["split"]);
        if (!parts)
            return Bad(parts.error());
        attempt.split = std::move(*parts);
        return attempt;
    }
    auto outcome = read_outcome(value);
    if (!outcome)
        return Bad(outcome.error());
    attempt.outcome = std::move(*outcome);
    return attempt;
}

tl::expected<std::vector<PartPlan>, std::string> read_parts(const json::Tree& list) {
    if (!list.is_array())
        return Bad("parts: not an array");
    std::vector<PartPlan> parts;
    for (const auto& entry : list) {
        PartPlan part;
        part.amount = entry.is_object() ? number(entry, "amount_msat", 0) : 0;
        const json::Tree attempts =
            entry.is_object() && entry.contains("attempts") ? entry["attempts"] : json::Tree::array({entry});
        for (const auto& value : attempts) {
            auto attempt = read_attempt(value);
            if (!attempt)
                return Bad(attempt.error());
            part.attempts.push_back(std::move(*attempt));
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

} // namespace

tl::expected<Outcome, std::string> read_outcome(const json::Tree& value) {
    Outcome outcome;
    if (value.is_string()) {
        const auto read = read_name(outcome, value.get<std::string>());
        return read ? tl::expected<Outcome, std::string>(outcome) : Bad(read.error());
    }
    if (!value.is_object())
        return Bad("an outcome is a name or an object");
    if (value.contains("do")) {
        if (const auto read = read_name(outcome, text(value, "do")); !read)
            return Bad(read.error());
    }
    if (const auto code = value.find("code"); code != value.end()) {
        if (const auto read = read_code(outcome, *code); !read)
            return Bad(read.error());
    }
    outcome.erring_index = static_cast<int>(number(value, "erring_index", static_cast<std::uint64_t>(-1)));
    outcome.delay_ms = static_cast<std::uint32_t>(number(value, "delay_ms", 0));
    outcome.raw_message = text(value, "raw_message");
    outcome.message = text(value, "message");
    outcome.via = text(value, "via");
    outcome.fee = number(value, "fee_msat", 0);
    outcome.overpay = number(value, "overpay_msat", 0);
    outcome.wait_ms = static_cast<std::uint32_t>(number(value, "wait_ms", 0));
    return outcome;
}

tl::expected<void, std::string> Scenario::add(const json::Tree& entry) {
    if (!entry.is_object())
        return Bad("an entry is an object");
    Script script;
    if (entry.contains("parts")) {
        auto parts = read_parts(entry["parts"]);
        if (!parts)
            return Bad(parts.error());
        script.parts = std::move(*parts);
    }
    if (entry.contains("attempts")) {
        auto parts = read_parts(json::Tree::array({{{"attempts", entry["attempts"]}}}));
        if (!parts)
            return Bad(parts.error());
        script.parts = std::move(*parts);
    }
    for (const auto& value : entry.value("outcomes", json::Tree::array())) {
        auto outcome = read_outcome(value);
        if (!outcome)
            return Bad(outcome.error());
        script.outcomes.push_back(std::move(*outcome));
    }
    if (const auto error = entry.find("payer_error"); error != entry.end() && error->is_object()) {
        script.payer_code = static_cast<int>(number(*error, "code", 205));
        script.payer_message = text(*error, "message");
    }
    script.mpp_timeout_ms = static_cast<std::uint32_t>(number(entry, "mpp_timeout_ms", script.mpp_timeout_ms));
    script.think_ms = static_cast<std::uint32_t>(number(entry, "think_ms", 0));
    script.forget_ms = static_cast<std::uint32_t>(number(entry, "forget_ms", script.forget_ms));
    if (const auto hash = base::PaymentHash::from_hex(text(entry, "payment_hash")))
        by_hash_[*hash] = std::move(script);
    else if (entry.contains("label"))
        by_label_[text(entry, "label")] = std::move(script);
    else if (entry.contains("default"))
        default_ = std::move(script);
    else
        return Bad("an entry needs label, payment_hash or default");
    return {};
}

Script& Scenario::script_for(const base::PaymentHash& hash, const Invoice* invoice) {
    if (const auto at = by_hash_.find(hash); at != by_hash_.end())
        return at->second;
    if (invoice)
        if (const auto at = by_label_.find(invoice->label); at != by_label_.end())
            return at->second;
    return default_;
}

std::vector<PartPlan> Scenario::parts_for(const Script& script, std::uint64_t total) const {
    std::vector<PartPlan> parts = script.parts;
    if (parts.empty())
        parts.resize(1);
    std::uint64_t named = 0;
    std::uint64_t unnamed = 0;
    for (auto& part : parts) {
        if (part.attempts.empty())
            part.attempts.resize(1);
        named += part.amount;
        unnamed += part.amount == 0 ? 1 : 0;
    }
    std::uint64_t rest = total > named ? total - named : 0;
    for (auto& part : parts) {
        if (part.amount != 0)
            continue;
        part.amount = rest / unnamed;
        rest -= part.amount;
        --unnamed;
    }
    return parts;
}

} // namespace standin

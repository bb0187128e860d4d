#include "shape.hpp"

#include "quick_json.hpp"
#include "unit/payment_shape.hpp"

namespace fuzz {

namespace {

std::string text(simdjson::dom::element object, std::string_view key) {
    const auto found = text_at(object, key);
    require(found.has_value(), "a member of the schema is there");
    return std::string(*found);
}

} // namespace

Shown checked_payment(std::string_view json) {
    require(unit::misshapen(json).empty(), "every snapshot passes the strict check");
    const auto payment = quickly_parsed(json);
    require(payment.has_value(), "a snapshot is JSON");
    Shown shown{text(*payment, "status"), text(*payment, "payment_hash"), text(*payment, "payment_index"), {}};
    const auto& status = shown.status;
    require(status == "IN_FLIGHT" || status == "SUCCEEDED" || status == "FAILED", "a status LND emits");
    require(status != "FAILED" || text(*payment, "failure_reason") != "FAILURE_REASON_NONE",
            "a FAILED payment has a reason");
    for (const auto attempt : (*payment)["htlcs"].get_array()) {
        const auto id = std::stoull(text(attempt, "attempt_id"));
        require(shown.attempts.empty() || id > shown.attempts.back(), "attempt ids rise");
        shown.attempts.push_back(id);
        const bool failed = text_at(attempt, "status") == "FAILED";
        require(failed == !attempt["failure"].is_null(), "exactly FAILED attempts have a failure");
        require(status != "FAILED" || failed, "all attempts of a FAILED payment are FAILED");
    }
    return shown;
}

} // namespace fuzz

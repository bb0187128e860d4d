#include "shape.hpp"

#include "unit/payment_shape.hpp"

#include <string>

namespace fuzz {

Tree checked_payment(std::string_view text) {
    require(unit::misshapen(text).empty(), "every snapshot passes the strict check");
    auto payment = Tree::parse(text);
    const std::string status = payment["status"];
    require(status == "IN_FLIGHT" || status == "SUCCEEDED" || status == "FAILED", "a status LND emits");
    require(status != "FAILED" || payment["failure_reason"] != "FAILURE_REASON_NONE", "a FAILED payment has a reason");
    std::uint64_t before = 0;
    bool first = true;
    for (const auto& attempt : payment["htlcs"]) {
        const auto id = std::stoull(attempt["attempt_id"].get<std::string>());
        require(first || id > before, "attempt ids rise");
        before = id;
        first = false;
        require((attempt["status"] == "FAILED") == !attempt["failure"].is_null(),
                "exactly FAILED attempts have a failure");
        require(status != "FAILED" || attempt["status"] == "FAILED", "all attempts of a FAILED payment are FAILED");
    }
    return payment;
}

} // namespace fuzz

// Params of the notification `pay_failure`.
#include "cln/notifications.hpp"
#include "facts_in_json.hpp"

namespace pay_failure_target {

FUZZ_TARGET(pay_failure) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto hash = cln::decode_pay_failure(fuzz::Nodes(*params));
    const auto* body = fuzz::at(*params, "pay_failure");
    if (!hash)
        fuzz::check_refusal(hash.error());
    else if (body)
        fuzz::require(fuzz::is_hex(fuzz::at(*body, "payment_hash"), hash->hex()), "the hash is read exactly");
    fuzz::check_wrappings(*params, "pay_failure", cln::decode_pay_failure,
                          [](const auto& a, const auto& b) { return a == b; });
    return 0;
}

} // namespace pay_failure_target

// Params of the notification `sendpay_failure`.
#include "failure_in_json.hpp"

namespace sendpay_failure_target {

FUZZ_TARGET(sendpay_failure) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto failed = cln::decode_sendpay_failure(fuzz::Nodes(*params));
    const auto* body = fuzz::at(*params, "sendpay_failure");
    if (!failed)
        fuzz::check_refusal(failed.error());
    else if (body)
        fuzz::check_failure(*failed, *body);
    fuzz::check_wrappings(*params, "sendpay_failure", cln::decode_sendpay_failure, fuzz::same_failure);
    fuzz::check_forms(fuzz::text_of(data, size), *params, cln::decode_sendpay_failure, fuzz::same_failure);
    return 0;
}

} // namespace sendpay_failure_target

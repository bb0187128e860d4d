// The error object of `waitsendpay` is that of `sendpay_failure`, so both decoders must agree.
#include "failure_in_json.hpp"

namespace waitsendpay_error_target {

FUZZ_TARGET(waitsendpay_error) {
    const auto error = fuzz::json_of(data, size);
    if (!error)
        return 0;
    const auto failed = cln::decode_waitsendpay_error(fuzz::Nodes(*error));
    if (failed)
        fuzz::check_failure(*failed, *error);
    else
        fuzz::check_refusal(failed.error());
    auto params = fuzz::Tree::object();
    params["sendpay_failure"] = *error;
    const auto notified = cln::decode_sendpay_failure(fuzz::Nodes(params));
    fuzz::require(notified.has_value() == failed.has_value() || !error->is_object(), "both are read, or none");
    if (failed)
        fuzz::require(fuzz::same_failure(*notified, *failed), "both give the same failure");
    fuzz::check_forms(fuzz::text_of(data, size), *error, cln::decode_waitsendpay_error, fuzz::same_failure);
    return 0;
}

} // namespace waitsendpay_error_target

// Params of the notification `sendpay_success`.
#include "cln/notifications.hpp"
#include "facts_in_json.hpp"

namespace sendpay_success_target {

FUZZ_TARGET(sendpay_success) {
    const auto decode = [](json::Value value) { return cln::decode_sendpay_success(value); };
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto row = decode(fuzz::Nodes(*params));
    const auto* body = fuzz::at(*params, "sendpay_success");
    if (!row)
        fuzz::check_refusal(row.error());
    else if (body)
        fuzz::check_row(*row, *body);
    const auto same = [](const auto& a, const auto& b) { return fuzz::all_of(a) == fuzz::all_of(b); };
    fuzz::check_wrappings(*params, "sendpay_success", decode, same);
    fuzz::check_forms(fuzz::text_of(data, size), *params, decode, same);
    return 0;
}

} // namespace sendpay_success_target

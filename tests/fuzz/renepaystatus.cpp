// The reply of `renepaystatus`.
#include "cln/replies.hpp"
#include "facts_in_json.hpp"

#include <algorithm>

namespace renepaystatus_target {

FUZZ_TARGET(renepaystatus) {
    const auto result = fuzz::json_of(data, size);
    if (!result)
        return 0;
    const auto pending = cln::decode_renepaystatus(fuzz::Nodes(*result));
    if (!pending) {
        fuzz::check_refusal(pending.error());
        return 0;
    }
    const auto& list = *fuzz::at(*result, "paystatus");
    const bool any = std::any_of(list.begin(), list.end(),
                                 [](const auto& payment) { return *fuzz::at(payment, "status") == "pending"; });
    fuzz::require(*pending == any, "renepay goes on while one entry is pending");
    return 0;
}

} // namespace renepaystatus_target

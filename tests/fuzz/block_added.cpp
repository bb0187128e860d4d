// Params of the notification `block_added`, named `block` up to v23.08.
#include "cln/notifications.hpp"
#include "facts_in_json.hpp"

namespace block_added_target {

FUZZ_TARGET(block_added) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto height = cln::decode_block_added(fuzz::Nodes(*params));
    const auto* newer = fuzz::at(*params, "block_added");
    const auto* body = newer ? newer : fuzz::at(*params, "block");
    if (!height)
        fuzz::check_refusal(height.error());
    else
        fuzz::require(body && fuzz::is_number(fuzz::at(*body, "height"), *height), "the height is the one given");
    if (newer) {
        auto params_of_old = fuzz::Tree::object();
        params_of_old["block"] = *newer;
        const auto old = cln::decode_block_added(fuzz::Nodes(params_of_old));
        fuzz::require(old.has_value() == height.has_value() && (!height || *old == *height),
                      "both names give the same height");
    }
    return 0;
}

} // namespace block_added_target

// The reply of `getinfo`.
#include "cln/replies.hpp"
#include "facts_in_json.hpp"

namespace getinfo_target {

FUZZ_TARGET(getinfo) {
    const auto result = fuzz::json_of(data, size);
    if (!result)
        return 0;
    const auto info = cln::decode_getinfo(fuzz::Nodes(*result));
    if (!info) {
        fuzz::check_refusal(info.error());
        return 0;
    }
    fuzz::require(fuzz::is_hex(fuzz::at(*result, "id"), info->id.hex()), "the node's id is read exactly");
    fuzz::require(info->height == 0 || fuzz::is_number(fuzz::at(*result, "blockheight"), info->height),
                  "the height is read exactly, or unknown");
    return 0;
}

} // namespace getinfo_target

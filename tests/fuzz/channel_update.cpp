// channel_update of BOLT 7: read and written again, it gives the same bytes.
#include "wire.hpp"

namespace channel_update_target {

FUZZ_TARGET(channel_update) {
    const std::span bytes(data, size);
    const auto update = bolt::decode_channel_update(bytes);
    if (!update) {
        fuzz::check_refusal(update.error(), size);
        return 0;
    }
    const auto written = fuzz::written(*update);
    const bool typed = size >= 2 && data[0] == 1 && data[1] == 2;
    fuzz::require(written.size() + (typed ? 2 : 0) == size && fuzz::begins_with(bytes.subspan(typed ? 2 : 0), written),
                  "written again, an update is the same bytes");
    fuzz::Octets with_type{1, 2};
    fuzz::put(with_type, written);
    const auto again = bolt::decode_channel_update(with_type);
    fuzz::require(again && *again == *update, "with and without its type an update is the same");
    return 0;
}

} // namespace channel_update_target

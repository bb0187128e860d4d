// Failure messages of BOLT 4, which other nodes send.
#include "wire.hpp"

namespace failure_message_target {

FUZZ_TARGET(failure_message) {
    const std::span bytes(data, size);
    const auto failure = bolt::decode_failure_message(bytes);
    if (!failure) {
        fuzz::check_refusal(failure.error(), size);
        return 0;
    }
    const auto fields = fuzz::written_without_update(*failure);
    fuzz::require(fuzz::begins_with(bytes, fields), "the message begins with its fields");
    if (failure->update) {
        const auto rest = bytes.subspan(fields.size());
        fuzz::require(rest.size() > 2, "an update has a length before it");
        const auto length = static_cast<std::size_t>(rest[0] << 8 | rest[1]);
        const auto update = bolt::decode_channel_update(rest.subspan(2, std::min(length, rest.size() - 2)));
        fuzz::require(length <= rest.size() - 2 && update && *update == *failure->update,
                      "the update has the bytes that its length gives");
    }
    // BOLT 4 allows TLVs after the fields, so bytes after complete fields cannot change the meaning.
    if (failure->update || failure->height || failure->onion_sha256) {
        fuzz::Octets longer(bytes.begin(), bytes.end());
        fuzz::put(longer, 0x0102'0304, 4);
        fuzz::require(bolt::decode_failure_message(longer) == failure, "bytes after the fields change nothing");
    }
    return 0;
}

} // namespace failure_message_target

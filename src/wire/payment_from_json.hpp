// A Payment's JSON, as the tracker publishes it, as lnrpc.Payment on the wire: in one pass over the text where that is
// possible, else from a tree of its values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wire {

/// Nothing if the JSON is not a Payment.
[[nodiscard]] std::optional<std::string> payment_from_json(std::string_view json);

} // namespace wire

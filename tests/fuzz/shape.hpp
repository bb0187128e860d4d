// Checks a written lnrpc.Payment: its keys and values by the schema (unit/payment_shape.hpp), and its values against
// each other.
#pragma once

#include "fuzz.hpp"

#include <string>
#include <vector>

namespace fuzz {

struct Shown {
    std::string status;
    std::string payment_hash;
    std::string payment_index;
    std::vector<std::uint64_t> attempts; ///< rising
};

/// Ends the process unless it is valid.
Shown checked_payment(std::string_view text);

} // namespace fuzz

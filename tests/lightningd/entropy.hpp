// Random-looking bytes for onions, secrets and groupids. Fast and seeded once: nothing here needs to be unguessable.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string>

namespace standin {

[[nodiscard]] std::uint64_t random_u64();
[[nodiscard]] std::string random_hex(std::size_t bytes);
[[nodiscard]] base::Preimage random_preimage();
[[nodiscard]] base::PaymentHash hash_of(const base::Preimage& preimage);

} // namespace standin

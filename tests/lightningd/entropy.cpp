#include "entropy.hpp"

#include <cstring>
#include <random>
#include <vector>

#include <sodium.h>

namespace standin {

std::uint64_t random_u64() {
    static std::mt19937_64 generator{std::random_device{}()};
    return generator();
}

std::string random_hex(std::size_t bytes) {
    std::vector<std::uint8_t> buffer(bytes + 8);
    for (std::size_t i = 0; i < bytes; i += 8) {
        const auto value = random_u64();
        std::memcpy(buffer.data() + i, &value, 8);
    }
    buffer.resize(bytes);
    return base::to_hex(buffer);
}

base::Preimage random_preimage() {
    base::Preimage preimage;
    for (std::size_t i = 0; i < base::Preimage::size; i += 8) {
        const auto value = random_u64();
        std::memcpy(preimage.bytes.data() + i, &value, 8);
    }
    return preimage;
}

base::PaymentHash hash_of(const base::Preimage& preimage) {
    base::PaymentHash hash;
    crypto_hash_sha256(hash.bytes.data(), preimage.bytes.data(), preimage.bytes.size());
    return hash;
}

} // namespace standin

#include "lndapi/rune_memory.hpp"

#include <algorithm>
#include <random>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace lndapi {

RuneMemory::RuneMemory(std::size_t most, std::chrono::milliseconds age) : most_(most), age_(age) {
    std::random_device entropy;
    for (auto& byte : key_.bytes)
        byte = static_cast<std::uint8_t>(entropy());
}

void RuneMemory::add(std::string_view rune, Time now) {
    const auto hashed = hash(rune);
    if (runes_.size() >= most_ && !runes_.contains(hashed))
        runes_.erase(std::min_element(runes_.begin(), runes_.end(),
                                      [](const auto& left, const auto& right) { return left.second < right.second; }));
    runes_[hashed] = now;
}

void RuneMemory::remove(std::string_view rune) {
    runes_.erase(hash(rune));
}

bool RuneMemory::has(std::string_view rune, Time now) const {
    const auto found = runes_.find(hash(rune));
    return found != runes_.end() && now - found->second < age_;
}

RuneMemory::Hash RuneMemory::hash(std::string_view rune) const {
    Hash hashed;
    unsigned int size = 0;
    HMAC(EVP_sha256(), key_.bytes.data(), static_cast<int>(key_.bytes.size()),
         reinterpret_cast<const unsigned char*>(rune.data()), rune.size(), hashed.bytes.data(), &size);
    return hashed;
}

} // namespace lndapi

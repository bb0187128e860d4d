#include "payment.hpp"

#include <array>

namespace standin {

namespace {

/// Big endian without leading zero bytes.
std::string truncated(std::uint64_t value) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) {
        const auto byte = static_cast<std::uint8_t>(value >> shift);
        if (byte != 0 || !bytes.empty())
            bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

std::string big_endian(std::uint64_t value) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
    return bytes;
}

std::string big_size(std::uint64_t value) {
    std::string all = big_endian(value);
    if (value < 0xfd)
        return all.substr(7);
    if (value < 0x10000)
        return "\xfd" + all.substr(6);
    if (value < 0x100000000)
        return "\xfe" + all.substr(4);
    return "\xff" + all;
}

std::string tlv(std::uint64_t type, const std::string& value) {
    return big_size(type) + big_size(value.size()) + value;
}

std::string to_hex(const std::string& bytes) {
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

} // namespace

std::string onion_hops(const Route& route, const std::string& secret, std::uint64_t total,
                       const base::Preimage& preimage) {
    std::string json = "[";
    for (std::size_t i = 0; i < route.size(); ++i) {
        // Hop i's payload has the amount for the next hop; the last one's its own.
        const Hop& hop = route[std::min(i + 1, route.size() - 1)];
        std::string payload = tlv(2, truncated(hop.amount)) + tlv(4, truncated(hop.cltv));
        if (i + 1 < route.size()) {
            payload += tlv(6, big_endian(scid_number(hop.channel)));
        } else if (secret.empty()) {
            payload += tlv(5482373484, std::string(preimage.bytes.begin(), preimage.bytes.end()));
        } else {
            const auto bytes = base::from_hex(secret).value_or(std::vector<std::uint8_t>(32));
            payload += tlv(8, std::string(bytes.begin(), bytes.end()) + truncated(total));
        }
        payload = big_size(payload.size()) + payload;
        json.append(i ? "," : "").append(R"({"pubkey":")").append(route[i].node);
        json.append(R"(","payload":")").append(to_hex(payload)).append("\"}");
    }
    return json + "]";
}

std::vector<PayerPart> retries(const PayerPart& part, std::size_t& next_number) {
    if (!part.has_next())
        return {};
    PayerPart next = part;
    ++next.attempt;
    const auto& split = next.plan.attempts[next.attempt].split;
    if (split.empty()) {
        next.number = next_number++;
        return {next};
    }
    std::vector<PayerPart> parts;
    std::uint64_t named = 0;
    std::uint64_t unnamed = 0;
    for (const auto& plan : split) {
        named += plan.amount;
        unnamed += plan.amount == 0 ? 1 : 0;
    }
    std::uint64_t rest = part.plan.amount - std::min(named, part.plan.amount);
    for (const auto& plan : split) {
        parts.push_back({plan, 0, next_number++});
        if (parts.back().plan.amount == 0) {
            parts.back().plan.amount = rest / unnamed;
            rest -= parts.back().plan.amount;
            --unnamed;
        }
        if (parts.back().plan.attempts.empty())
            parts.back().plan.attempts.resize(1);
    }
    return parts;
}

std::string seconds_since(std::chrono::steady_clock::time_point begin) {
    const auto ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count();
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%lld.%09lld", static_cast<long long>(ns / 1'000'000'000),
                  static_cast<long long>(ns % 1'000'000'000));
    return text.data();
}

std::string unix_time_now() {
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                  static_cast<long long>(us % 1'000'000));
    return text.data();
}

} // namespace standin

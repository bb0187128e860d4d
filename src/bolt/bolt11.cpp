#include "bolt/bolt11.hpp"

#include "bolt/bech32.hpp"
#include "bolt/bolt11_amount.hpp"
#include "bolt/feature_bits.hpp"
#include "bolt/utf8.hpp"

#include <algorithm>

namespace bolt {

namespace {

using Groups = std::span<const std::uint8_t>;
using Octets = std::vector<std::uint8_t>;

// In groups of five bits.
constexpr std::size_t timestamp_size = 7;
constexpr std::size_t signature_size = 104;

/// Type of a tagged field: the group that its letter stands for.
enum class Tag : std::uint8_t {
    hash = 1,              // p
    route = 3,             // r
    features = 5,          // 9
    expiry = 6,            // x
    fallback = 9,          // f
    description = 13,      // d
    secret = 16,           // s
    node = 19,             // n
    description_hash = 23, // h
    final_expiry = 24,     // c
    metadata = 27,         // m
};

/// The tags that were read.
class Seen final {
  public:
    bool& operator[](Tag tag) { return tags_[static_cast<std::size_t>(tag)]; }
    [[nodiscard]] bool has_required() {
        return (*this)[Tag::hash] && (*this)[Tag::secret] &&
               ((*this)[Tag::description] || (*this)[Tag::description_hash]);
    }

  private:
    std::array<bool, 32> tags_{};
};

bool is_key(std::span<const std::uint8_t> bytes) {
    return bytes[0] == 2 || bytes[0] == 3;
}

/// Groups of a field that always has the same length; 0 for others. With another length it counts as unknown.
std::size_t fixed_size(Tag tag) {
    switch (tag) {
    case Tag::hash:
    case Tag::secret:
    case Tag::description_hash:
        return 52;
    case Tag::node:
        return 53;
    default:
        return 0;
    }
}

const char* copy(const std::optional<Octets>& bytes, std::span<std::uint8_t> to) {
    if (!bytes || bytes->size() != to.size())
        return "a field of wrong padding";
    std::ranges::copy(*bytes, to.begin());
    return nullptr;
}

/// `most`: the number must be smaller. lightningd reads at most 60 bits.
const char* check_number(Groups data, std::uint64_t most) {
    constexpr std::size_t longest = 12;
    if (data.size() > longest)
        return "a number too long";
    if (data.size() > 1 && data[0] == 0)
        return "a number with a leading zero";
    std::uint64_t number = 0;
    for (const auto group : data)
        number = number << 5 | group;
    return number <= most ? nullptr : "a number too large";
}

/// An address: a version, then a hash or a program of SegWit (common/bolt11.c, decode_f).
const char* check_fallback(Groups data) {
    if (data.empty())
        return "an empty address";
    const unsigned version = data[0];
    if (version > 18)
        return nullptr;
    const auto bytes = octets(data.subspan(1));
    const auto size = bytes ? bytes->size() : 0;
    const bool right = version >= 17  ? size == 20
                       : version == 0 ? size == 20 || size == 32
                       : version == 1 ? size == 32
                                      : size >= 2 && size <= 40;
    return right ? nullptr : "an address of wrong length or padding";
}

const char* check_route(Groups data) {
    constexpr std::size_t hop_size = 51; // a key, a channel, two fees and a delay
    const auto bytes = octets(data);
    if (!bytes || bytes->empty() || bytes->size() % hop_size != 0)
        return "a route of wrong length or padding";
    for (std::size_t at = 0; at < bytes->size(); at += hop_size)
        if (!is_key(std::span(*bytes).subspan(at)))
            return "a route with a false key";
    return nullptr;
}

const char* check_description(Groups data) {
    const auto bytes = octets(data);
    return bytes && is_utf8(*bytes) ? nullptr : "a description of wrong padding or no UTF-8";
}

const char* check_node(Groups data) {
    const auto bytes = octets(data);
    return bytes && is_key(*bytes) ? nullptr : "a key of wrong form or padding";
}

/// Bits that every version of lightningd knows: variable length onion, payment secret, basic MPP, payment metadata.
const char* check_features(Groups data) {
    if (!data.empty() && data[0] == 0)
        return "features with a leading zero";
    return knows_even_bits(data, 5, {8, 14, 16, 48}) ? nullptr : "an unknown feature";
}

/// Returns why the field is refused, or null.
const char* read_field(Tag tag, Groups data, Invoice& invoice) {
    switch (tag) {
    case Tag::hash:
        return copy(octets(data), invoice.hash.bytes);
    case Tag::secret:
        return copy(octets(data), invoice.payment_secret.emplace());
    case Tag::description:
        return check_description(data);
    case Tag::metadata:
    case Tag::description_hash:
        return octets(data) ? nullptr : "a field of wrong padding";
    case Tag::expiry:
        return check_number(data, UINT64_MAX);
    case Tag::final_expiry:
        return check_number(data, UINT32_MAX);
    case Tag::node:
        return check_node(data);
    case Tag::fallback:
        return check_fallback(data);
    case Tag::route:
        return check_route(data);
    case Tag::features:
        return check_features(data);
    }
    return nullptr; // unknown fields are skipped
}

/// Reads all tagged fields, or returns the reason. Of a field that must not be repeated, the first counts.
std::optional<Error> read_fields(Groups data, Invoice& invoice) {
    constexpr std::size_t head_size = 3;
    Seen seen;
    std::size_t at = 0;
    while (at < data.size()) {
        const auto left = data.size() - at;
        const std::size_t size = left < head_size ? left : data[at + 1] * 32U + data[at + 2];
        if (left < head_size || size > left - head_size)
            return Error{"a field beyond the signature", at};
        const auto tag = static_cast<Tag>(data[at]);
        const bool repeatable = tag == Tag::route || tag == Tag::fallback;
        const bool is_known = fixed_size(tag) == 0 || fixed_size(tag) == size;
        if (is_known && (repeatable || !seen[tag])) {
            if (const char* error = read_field(tag, data.subspan(at + head_size, size), invoice))
                return Error{error, at};
            seen[tag] = true;
        }
        at += head_size + size;
    }
    return seen.has_required() ? std::nullopt : std::optional(Error{"a required field is missing", at});
}

/// 64 bytes and a recovery id.
bool has_recovery_id(Groups signature) {
    const unsigned last = signature[signature_size - 2] * 32U + signature[signature_size - 1];
    return (last & 0xff) <= 3;
}

} // namespace

tl::expected<Invoice, Error> read_bolt11(std::string_view text) {
    const auto bech32 = decode_bech32(text);
    if (!bech32)
        return tl::unexpected(bech32.error());
    Invoice invoice;
    const auto amount = read_bolt11_amount(bech32->prefix);
    if (!amount)
        return tl::unexpected(amount.error());
    invoice.amount = *amount;
    const Groups groups(bech32->groups);
    if (groups.size() < timestamp_size + signature_size)
        return tl::unexpected(Error{"no room for a signature", groups.size()});
    if (!has_recovery_id(groups.last(signature_size)))
        return tl::unexpected(Error{"a false recovery id", groups.size()});
    const auto fields = groups.subspan(timestamp_size, groups.size() - timestamp_size - signature_size);
    if (const auto error = read_fields(fields, invoice))
        return tl::unexpected(*error);
    return invoice;
}

} // namespace bolt

#include "lndapi/macaroon.hpp"

#include "lndapi/macaroon_v1.hpp"
#include "wire/protobuf.hpp"

#include <span>

namespace lndapi {

namespace {

constexpr char version_2 = 2;
constexpr char bakery_version_3 = 3;
constexpr std::size_t signature_bytes = 32;

enum class Packet : std::uint8_t { end = 0, location = 1, identifier = 2, verification_id = 4, signature = 6 };

tl::unexpected<std::string> malformed(const char* why) {
    return tl::unexpected("unmarshal v2: " + std::string(why));
}

/// Packets: a type, and except for `end` a length and that many bytes (macaroon.v2's packet-v2.go).
class PacketReader final {
  public:
    explicit PacketReader(std::string_view bytes) : rest_(bytes) {}

    struct One {
        std::uint32_t type = 0;
        std::string_view data;
        [[nodiscard]] bool is(Packet wanted) const { return type == static_cast<std::uint32_t>(wanted); }
    };

    tl::expected<One, std::string> packet() {
        const auto type = varint();
        if (!type)
            return tl::unexpected(type.error());
        if (*type == static_cast<std::uint32_t>(Packet::end))
            return One{};
        const auto size = varint();
        if (!size)
            return tl::unexpected(size.error());
        if (*size > rest_.size())
            return malformed("field data extends past end of buffer");
        const One one{*type, rest_.substr(0, *size)};
        rest_.remove_prefix(*size);
        return one;
    }

    /// Packets up to the next `end`, in the order of their types.
    tl::expected<std::vector<One>, std::string> section() {
        std::vector<One> packets;
        while (true) {
            if (rest_.empty())
                return malformed("section extends past end of buffer");
            const auto one = packet();
            if (!one)
                return tl::unexpected(one.error());
            if (one->is(Packet::end))
                return packets;
            if (!packets.empty() && one->type <= packets.back().type)
                return malformed("fields out of order");
            packets.push_back(*one);
        }
    }

  private:
    /// Less than 2^31.
    tl::expected<std::uint32_t, std::string> varint() {
        constexpr std::uint64_t greatest = 0x7FFFFFFF;
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty())
                return malformed("varint value extends past end of buffer");
            const auto byte = static_cast<std::uint8_t>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80)
                return value <= greatest && (shift < 63 || byte <= 1)
                           ? tl::expected<std::uint32_t, std::string>(static_cast<std::uint32_t>(value))
                           : malformed("varint value out of range");
        }
        return malformed("varint value out of range");
    }

    std::string_view rest_;
};

using Section = std::span<const PacketReader::One>;

/// The data of an optional location at the beginning of a section, which is taken from it.
std::string_view take_location(Section& section) {
    if (section.empty() || !section.front().is(Packet::location))
        return {};
    const auto location = section.front().data;
    section = section.subspan(1);
    return location;
}

/// Adds the condition of a section that is a caveat.
tl::expected<void, std::string> add_caveat(Macaroon& macaroon, Section section) {
    const auto location = take_location(section);
    if (section.empty() || !section.front().is(Packet::identifier))
        return malformed("no identifier in caveat");
    if (section.size() > 2)
        return malformed("extra fields found in caveat");
    if (section.size() == 2 && !section.back().is(Packet::verification_id))
        return malformed("invalid field found in caveat");
    if (section.size() == 2)
        return tl::unexpected("verification failed: failed to decrypt caveat " +
                              std::to_string(macaroon.caveats.size()) + " signature: decryption failure");
    if (!location.empty())
        return malformed("location not allowed in first party caveat");
    macaroon.caveats.emplace_back(section.front().data);
    return {};
}

tl::expected<Macaroon, std::string> read_version_2(std::string_view bytes) {
    PacketReader packets(bytes);
    Macaroon macaroon;
    const auto header = packets.section();
    if (!header)
        return tl::unexpected(header.error());
    Section rest = *header;
    macaroon.location = take_location(rest);
    if (rest.size() != 1 || !rest.front().is(Packet::identifier))
        return malformed("invalid macaroon header");
    macaroon.id = rest.front().data;
    while (true) {
        const auto section = packets.section();
        if (!section)
            return tl::unexpected(section.error());
        if (section->empty())
            break;
        if (const auto added = add_caveat(macaroon, *section); !added)
            return tl::unexpected(added.error());
    }
    const auto signature = packets.packet();
    if (!signature)
        return tl::unexpected(signature.error());
    if (!signature->is(Packet::signature))
        return malformed("unexpected field found instead of signature");
    if (signature->data.size() != signature_bytes)
        return malformed("signature has unexpected length");
    macaroon.signature = signature->data;
    return macaroon;
}

void put(std::string& out, Packet type, std::string_view data) {
    out.push_back(static_cast<char>(type));
    auto size = data.size();
    for (; size >= 0x80; size >>= 7)
        out.push_back(static_cast<char>((size & 0x7F) | 0x80));
    out.push_back(static_cast<char>(size));
    out.append(data);
}

void put_end(std::string& out) {
    out.push_back(static_cast<char>(Packet::end));
}

std::optional<MacaroonOp> read_op(std::string_view message) {
    MacaroonOp op;
    for (wire::ProtobufReader reader(message); !reader.done();) {
        const auto field = reader.next();
        if (!field)
            return std::nullopt;
        if (field->number == 1 && field->is_bytes)
            op.entity = field->bytes;
        if (field->number == 2 && field->is_bytes)
            op.actions.emplace_back(field->bytes);
    }
    return op;
}

} // namespace

tl::expected<Macaroon, std::string> read_macaroon(std::string_view bytes) {
    if (bytes.empty())
        return tl::unexpected<std::string>("empty macaroon data");
    if (bytes.front() == version_2)
        return read_version_2(bytes.substr(1));
    if (begins_as_macaroon_v1(bytes))
        return tl::unexpected(why_no_macaroon_v1(bytes));
    return tl::unexpected<std::string>("cannot determine data format of binary-encoded macaroon");
}

std::string write_macaroon(const Macaroon& macaroon) {
    std::string out(1, version_2);
    if (!macaroon.location.empty())
        put(out, Packet::location, macaroon.location);
    put(out, Packet::identifier, macaroon.id);
    put_end(out);
    for (const auto& condition : macaroon.caveats) {
        put(out, Packet::identifier, condition);
        put_end(out);
    }
    put_end(out);
    put(out, Packet::signature, macaroon.signature);
    return out;
}

std::optional<MacaroonId> read_macaroon_id(std::string_view id) {
    if (id.empty() || id.front() != bakery_version_3)
        return std::nullopt;
    MacaroonId read;
    for (wire::ProtobufReader reader(id.substr(1)); !reader.done();) {
        const auto field = reader.next();
        if (!field)
            return std::nullopt;
        if (!field->is_bytes)
            continue;
        if (field->number == 1)
            read.nonce = field->bytes;
        if (field->number == 2)
            read.storage_id = field->bytes;
        if (field->number == 3) {
            auto op = read_op(field->bytes);
            if (!op)
                return std::nullopt;
            read.ops.push_back(*std::move(op));
        }
    }
    return read;
}

std::string write_macaroon_id(const MacaroonId& id) {
    std::string out(1, bakery_version_3);
    wire::ProtobufWriter writer(out);
    writer.bytes(1, id.nonce);
    writer.bytes(2, id.storage_id);
    for (const auto& op : id.ops) {
        const auto begun = writer.begin(3);
        writer.bytes(1, op.entity);
        for (const auto& action : op.actions)
            writer.bytes(2, action);
        writer.end(begun);
    }
    return out;
}

} // namespace lndapi

#include "lndapi/macaroon.hpp"

#include "lndapi/protobuf.hpp"

namespace lndapi {

namespace {

constexpr char version_2 = 2;
constexpr char bakery_version_3 = 3;
constexpr std::size_t signature_bytes = 32;

enum class Packet : std::uint8_t { end = 0, location = 1, identifier = 2, verification_id = 4, signature = 6 };

/// Packets: a type, and except for `end` a length and that many bytes.
class PacketReader final {
  public:
    explicit PacketReader(std::string_view bytes) : rest_(bytes) {}

    /// The data of the next packet if it has this type, else nothing; then it is still the next one.
    std::optional<std::string> take(Packet type) {
        auto rest = rest_;
        if (rest.empty() || static_cast<std::uint8_t>(rest.front()) != static_cast<std::uint8_t>(type))
            return std::nullopt;
        rest.remove_prefix(1);
        std::string data;
        if (type != Packet::end) {
            const auto size = length(rest);
            if (!size || *size > rest.size())
                return std::nullopt;
            data = rest.substr(0, *size);
            rest.remove_prefix(*size);
        }
        rest_ = rest;
        return data;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

  private:
    /// A varint of at most three bytes: macaroons are short.
    static std::optional<std::size_t> length(std::string_view& rest) {
        std::size_t value = 0;
        for (unsigned shift = 0; shift < 21 && !rest.empty(); shift += 7) {
            const auto byte = static_cast<std::uint8_t>(rest.front());
            rest.remove_prefix(1);
            value |= std::size_t{byte & 0x7FU} << shift;
            if (byte < 0x80)
                return value;
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

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
    for (ProtobufReader reader(message); !reader.done();) {
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

std::optional<Macaroon> read_macaroon(std::string_view bytes) {
    if (bytes.empty() || bytes.front() != version_2)
        return std::nullopt;
    PacketReader packets(bytes.substr(1));
    Macaroon macaroon;
    macaroon.location = packets.take(Packet::location).value_or("");
    auto id = packets.take(Packet::identifier);
    if (!id || !packets.take(Packet::end))
        return std::nullopt;
    macaroon.id = *std::move(id);
    while (!packets.take(Packet::end)) {
        (void)packets.take(Packet::location);
        auto condition = packets.take(Packet::identifier);
        if (!condition || !packets.take(Packet::end)) // a verification id would be a third party's
            return std::nullopt;
        macaroon.caveats.push_back(*std::move(condition));
    }
    auto signature = packets.take(Packet::signature);
    if (!signature || signature->size() != signature_bytes || !packets.done())
        return std::nullopt;
    macaroon.signature = *std::move(signature);
    return macaroon;
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
    for (ProtobufReader reader(id.substr(1)); !reader.done();) {
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
    ProtobufWriter writer(out);
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

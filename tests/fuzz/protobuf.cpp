// The fields of a message of Protocol Buffers.
#include "wire/protobuf.hpp"

#include "fuzz.hpp"

#include <vector>

namespace protobuf_target {

namespace {

/// The fields before the first that is malformed.
std::vector<wire::ProtobufField> fields_of(std::string_view message) {
    std::vector<wire::ProtobufField> fields;
    for (wire::ProtobufReader reader(message); !reader.done();) {
        const auto field = reader.next();
        if (!field) {
            fuzz::require(!field.error().empty() && field.error().size() < 60, "an error quotes nothing");
            break;
        }
        fields.push_back(*field);
    }
    return fields;
}

} // namespace

FUZZ_TARGET(protobuf) {
    const auto message = fuzz::text_of(data, size);
    const auto fields = fields_of(message);
    std::string written;
    wire::ProtobufWriter writer(written);
    std::size_t used = 0;
    for (const auto& field : fields) {
        fuzz::require(field.number > 0 && field.number < 1U << 29, "a field has a number of 29 bits");
        fuzz::require(field.is_bytes || field.bytes.empty(), "a number has no bytes");
        fuzz::require(!field.is_bytes || field.bytes.empty() ||
                          (field.bytes.data() >= message.data() && field.bytes.end() <= message.end()),
                      "the bytes are those of the message");
        used += field.bytes.size() + 2; // at least a tag, and a length or a value
        if (field.is_bytes)
            writer.element(field.number, field.bytes);
        else
            writer.integer(field.number, field.integer);
    }
    fuzz::require(used <= size, "no byte is read twice");
    std::size_t at = 0;
    for (const auto& again : fields_of(written)) {
        while (!fields[at].is_bytes && fields[at].integer == 0) // zero is not written
            ++at;
        fuzz::require(again.number == fields[at].number && again.is_bytes == fields[at].is_bytes &&
                          again.integer == fields[at].integer && again.bytes == fields[at].bytes,
                      "written and read again, it is the same");
        ++at;
    }
    return 0;
}

} // namespace protobuf_target

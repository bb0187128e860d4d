// Protocol Buffers on the wire, as much as LND's messages need: a writer that appends fields, and a reader that walks
// the fields of a request. Fields with their default value are left out, as proto3 does: lndclient takes a present but
// empty `bytes` field for a malformed one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace wire {

class ProtobufWriter final {
  public:
    /// Appends to `out`, which must outlive the writer.
    explicit ProtobufWriter(std::string& out) : out_(out) {}

    /// uint32, uint64, bool, enum, and int64 as two's complement. Nothing for 0.
    void integer(std::uint32_t field, std::uint64_t value);
    /// string, bytes. Nothing if empty.
    void bytes(std::uint32_t field, std::string_view value);
    /// One element of a repeated string. Written even if empty.
    void element(std::uint32_t field, std::string_view value);
    /// Begins a message field; end() with the result writes its length. Written even if empty.
    [[nodiscard]] std::size_t begin(std::uint32_t field);
    void end(std::size_t begun);

  private:
    void head(std::uint64_t tag, std::uint64_t value);

    std::string& out_;
};

/// One field of a message.
struct ProtobufField {
    std::uint32_t number = 0;
    std::uint64_t integer = 0; ///< of a varint or a fixed field
    std::string_view bytes;    ///< of a string, bytes or message field
    bool is_bytes = false;
    bool is_varint = false; ///< neither: a fixed field, or a group, of which only the number is kept
};

/// Walks the fields of a message in their order. Every length is checked.
class ProtobufReader final {
  public:
    explicit ProtobufReader(std::string_view message) : rest_(message) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    /// The next field, or why there is none. Call only if not done().
    [[nodiscard]] tl::expected<ProtobufField, std::string> next();

  private:
    [[nodiscard]] std::optional<std::uint64_t> varint();
    [[nodiscard]] std::optional<std::uint64_t> fixed(std::size_t bytes);
    [[nodiscard]] bool skip_group(std::uint64_t number);

    std::string_view rest_;
};

} // namespace wire

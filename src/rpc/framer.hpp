// Cuts a byte stream into JSON messages by their structure (depth and strings). Blank lines cannot separate them: the
// peer may forward its clients' bytes verbatim, blank lines included. Each byte is scanned once. Input that is too big,
// too deep or no object is skipped up to its end and reported; it never reaches a parser.
#pragma once

#include "json/bracket_scanner.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rpc {

class Framer final {
  public:
    /// Bytes. Answers of 50 MB do occur.
    static constexpr std::size_t max_message = 64UL * 1024 * 1024;
    /// nlohmann would need too much stack for deeper values.
    static constexpr std::size_t max_depth = 128;
    /// After this many bytes without an end, a message is considered endless.
    static constexpr std::size_t max_skipped = 1024UL * 1024 * 1024;
    /// Bytes kept of the beginning of a skipped message: they hold the id, so that a request can still be answered.
    static constexpr std::size_t head_kept = 4096;
    /// A buffer with more than this many bytes is shrunk after the message.
    static constexpr std::size_t buffer_kept = 1024UL * 1024;

    struct Result {
        enum class Kind {
            message, ///< `text` is one complete object
            skipped, ///< `text` describes the skipped bytes and the reason
            more,    ///< no complete message is left
            lost     ///< `text` is the reason why no further message can be found
        } kind;
        std::string_view text;
        std::string_view head; ///< how a skipped message begins; may be empty. Valid until the next next()
        /// For a message that came in one piece: its only member that is an array or object, if there is exactly one.
        /// read_message() then need not search for its end again: 4 % of the time per update (tests/bench/round.cpp).
        std::string_view inner{};
    };

    void feed(std::string_view bytes);
    /// Call until it returns `more` or `lost`. All texts stay valid until the next feed().
    Result next();
    /// True in the middle of a message: if the stream ended now, the message would be cut.
    [[nodiscard]] bool inside() const { return brackets_.depth() > 0; }

  private:
    Result skip_garbage();
    Result finish();
    void refuse(std::string_view why);
    void drop_consumed();

    std::string buffer_;
    std::string head_;      // of a refused message
    std::size_t begin_ = 0; // of the current message
    std::size_t at_ = 0;    // first byte that is not scanned
    json::BracketScanner brackets_;
    std::size_t refused_bytes_ = 0; // bytes of a refused message that were freed already
    std::string_view refusal_;      // why the current message is skipped, empty if it is not
};

} // namespace rpc

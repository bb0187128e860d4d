// Cuts a byte stream into JSON messages by structure (depth and string state), because the peer may forward its
// clients' bytes verbatim: blank lines may stand inside a message, and none need stand between two. Bytes are scanned
// once, whatever the reads. What is too big, too deep or no object is skipped up to its end and reported; it never
// reaches a parser.
#pragma once

#include "json/bracket_scanner.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rpc {

class Framer final {
  public:
    /// Answers of 50 MB do occur; deeper values would overflow nlohmann's stack.
    static constexpr std::size_t max_message = 64UL * 1024 * 1024;
    static constexpr std::size_t max_depth = 128;
    /// A message whose end does not come within this many bytes is taken to have none.
    static constexpr std::size_t max_skipped = 1024UL * 1024 * 1024;
    /// What is kept of a message that is skipped: its id, so that a request can be answered all the same.
    static constexpr std::size_t head_kept = 4096;
    /// A buffer that grew beyond this for one message is given back.
    static constexpr std::size_t buffer_kept = 1024UL * 1024;

    struct Result {
        enum class Kind {
            message, ///< `text` is one complete object
            skipped, ///< `text` says what was skipped and why
            more,    ///< nothing complete is left
            lost     ///< `text` says why no further message can be found
        } kind;
        std::string_view text;
        std::string_view head; ///< of a skipped message: how it begins, if it did. Valid until the next next()
        /// Of a message that came in one piece: its only member in brackets, if there is just one. Saves read_message()
        /// from looking for its end once more: 4 % of the round of a notification.
        std::string_view inner{};
    };

    void feed(std::string_view bytes);
    /// Call until `more` or `lost`. The texts of all results stay valid until the next feed().
    Result next();
    /// True in the middle of a message: an end of stream now cuts it.
    [[nodiscard]] bool inside() const { return brackets_.depth() > 0; }

  private:
    Result skip_garbage();
    Result finish();
    void refuse(std::string_view why);
    void let_go();

    std::string buffer_;
    std::string head_;      // of a refused message
    std::size_t begin_ = 0; // of the current message
    std::size_t at_ = 0;    // first byte not yet scanned
    json::BracketScanner brackets_;
    std::size_t refused_bytes_ = 0; // of a refused message, already let go
    std::string_view refusal_;      // why the current message is skipped, empty if it is not
};

} // namespace rpc

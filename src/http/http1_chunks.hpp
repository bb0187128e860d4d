// Reads a request's body that comes in chunks (RFC 9112, 7.1), in pieces of any size. Strict about line ends; drops
// chunk extensions and trailers, and limits their length.
#pragma once

#include "http/http1_request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace http {

class ChunkReader final {
  public:
    /// Takes bytes from the front of `bytes`, up to the end of the body. True when the body is complete. 400, 413 (more
    /// than most_body_bytes) or 431 (too much besides the body).
    tl::expected<bool, Refusal> read(std::string_view& bytes);
    /// The body so far.
    [[nodiscard]] std::string& body() { return body_; }

  private:
    enum class Expects { size, data, end_of_data, trailer };

    tl::expected<bool, Refusal> line(std::string_view text);

    Expects expects_ = Expects::size;
    std::string line_;         // a line that is not complete
    std::size_t left_ = 0;     // of the chunk
    std::size_t overhead_ = 0; // bytes that are no body
    std::string body_;
};

} // namespace http

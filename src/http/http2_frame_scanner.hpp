// Finds the frames in the bytes of an HTTP/2 client (RFC 9113, 4.1), however they are cut. nghttp2's callbacks leave
// out frames that it ignores: those of closed streams and of unknown types.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace http {

struct FrameHead {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::size_t length = 0; ///< of the payload
};

class FrameScanner final {
  public:
    /// Calls `found` for each frame that begins in `bytes`, which follow those of the last call.
    template <class Found>
    void scan(std::string_view bytes, Found found) {
        while (true) {
            const auto skipped = std::min(skip_, bytes.size());
            skip_ -= skipped;
            bytes.remove_prefix(skipped);
            if (bytes.empty())
                return;
            const auto part = std::min(head_.size() - have_, bytes.size());
            std::copy_n(bytes.begin(), part, head_.begin() + have_);
            have_ += part;
            bytes.remove_prefix(part);
            if (have_ < head_.size())
                return;
            have_ = 0;
            skip_ = byte(0) << 16 | byte(1) << 8 | byte(2);
            found(FrameHead{static_cast<std::uint8_t>(byte(3)), static_cast<std::uint8_t>(byte(4)), skip_});
        }
    }

  private:
    [[nodiscard]] std::size_t byte(std::size_t i) const { return static_cast<std::uint8_t>(head_[i]); }

    std::size_t skip_ = 24; // first the client's preface (RFC 9113, 3.4)
    std::array<char, 9> head_{};
    std::size_t have_ = 0; // of the head
};

} // namespace http

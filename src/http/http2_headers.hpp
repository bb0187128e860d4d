// Headers in the form that nghttp2 takes and gives. Used by the session only.
#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

#include <nghttp2/nghttp2.h>

namespace http {

inline std::string_view text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

/// RFC 9113, 6.5.2: how SETTINGS_MAX_HEADER_LIST_SIZE counts a header.
inline std::size_t counted_size(std::string_view name, std::string_view value) {
    return name.size() + value.size() + 32;
}

/// Headers of an answer as HTTP/2 wants them (names in lower case: RFC 9113, 8.2), and nghttp2's view of them.
class Pairs final {
  public:
    explicit Pairs(const Headers& headers) {
        for (const auto& header : headers)
            headers_.push_back({lower_case(header.name), clean_value(header.value)});
        for (const auto& header : headers_)
            pairs_.push_back({bytes(header.name), bytes(header.value), header.name.size(), header.value.size(),
                              NGHTTP2_NV_FLAG_NONE});
    }
    Pairs(const Pairs&) = delete;
    Pairs& operator=(const Pairs&) = delete;
    ~Pairs() = default;
    [[nodiscard]] const std::vector<nghttp2_nv>& all() const { return pairs_; }

  private:
    /// nghttp2 copies them.
    static std::uint8_t* bytes(const std::string& text) {
        auto* first = const_cast<char*>(text.data()); // NOLINT(cppcoreguidelines-pro-type-const-cast)
        return reinterpret_cast<std::uint8_t*>(first);
    }

    Headers headers_;
    std::vector<nghttp2_nv> pairs_;
};

} // namespace http

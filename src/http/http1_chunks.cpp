#include "http/http1_chunks.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace http {

tl::expected<bool, Refusal> ChunkReader::read(std::string_view& bytes) {
    while (!bytes.empty()) {
        if (expects_ == Expects::data) {
            const auto piece = bytes.substr(0, left_);
            body_ += piece;
            bytes.remove_prefix(piece.size());
            left_ -= piece.size();
            if (left_ == 0)
                expects_ = Expects::end_of_data;
            continue;
        }
        const auto newline = bytes.find('\n');
        const auto piece = bytes.substr(0, newline == std::string_view::npos ? newline : newline + 1);
        line_ += piece;
        bytes.remove_prefix(piece.size());
        overhead_ += piece.size();
        if (overhead_ > most_header_bytes)
            return tl::unexpected(Refusal{431});
        if (newline == std::string_view::npos)
            return false;
        const auto complete = std::exchange(line_, {});
        if (!complete.ends_with("\r\n"))
            return tl::unexpected(Refusal{400});
        const auto done = line(std::string_view(complete).substr(0, complete.size() - 2));
        if (!done || *done)
            return done;
    }
    return false;
}

tl::expected<bool, Refusal> ChunkReader::line(std::string_view text) {
    if (text.find('\r') != std::string_view::npos || text.find('\0') != std::string_view::npos)
        return tl::unexpected(Refusal{400});
    switch (expects_) {
    case Expects::data: // not in lines
        break;
    case Expects::end_of_data:
        if (!text.empty())
            return tl::unexpected(Refusal{400});
        expects_ = Expects::size;
        break;
    case Expects::trailer:
        return text.empty();
    case Expects::size: {
        const auto digits = text.substr(0, text.find_first_of("; \t"));
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
        if (error == std::errc::result_out_of_range)
            return tl::unexpected(Refusal{413});
        if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size())
            return tl::unexpected(Refusal{400});
        if (left_ > most_body_bytes - body_.size())
            return tl::unexpected(Refusal{413});
        expects_ = left_ == 0 ? Expects::trailer : Expects::data;
        break;
    }
    }
    return false;
}

} // namespace http

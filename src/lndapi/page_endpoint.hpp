// Serves the live page and its files. They are the same for everybody and hold no secret, so they need no rune; the
// page asks for one and calls the REST methods with it, as any other client. No method of LND.
#pragma once

#include "http/exchange.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace lndapi {

/// A file of the page. Without `content`: there is none (status 204).
struct PageFile {
    std::string_view path;
    std::string_view type; ///< its Content-Type
    std::string_view (*content)();
};

[[nodiscard]] std::span<const PageFile> page_files();

/// The file with the request's path, whatever its query and method; null if there is none, and for a WebSocket.
[[nodiscard]] const PageFile* page_file(const http::Request& request);

/// Answers GET and HEAD; 405 for other methods.
[[nodiscard]] std::unique_ptr<http::Answer> serve_page_file(http::Exchange& exchange, const PageFile& file);

} // namespace lndapi

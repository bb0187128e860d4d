#include "lndapi/page_endpoint.hpp"

#include "http/date.hpp"
#include "lndapi/web_content.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace lndapi {

namespace {

constexpr std::array files{
    PageFile{"/", "text/html; charset=utf-8", web::index_html},
    PageFile{"/page.css", "text/css; charset=utf-8", web::page_css},
    PageFile{"/page.js", "text/javascript; charset=utf-8", web::page_js},
    // Browsers ask for it, and show an error if there is no such path.
    PageFile{"/favicon.ico", {}, nullptr},
};

/// Nothing from elsewhere runs in the page, no other page shows it in a frame, and its address goes nowhere.
http::Headers headers_of_all() {
    return {{"Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
            {"X-Content-Type-Options", "nosniff"},
            {"Referrer-Policy", "no-referrer"},
            {"Cache-Control", "no-store"},
            {"Cross-Origin-Opener-Policy", "same-origin"},
            {"Cross-Origin-Resource-Policy", "same-origin"},
            {"Date", http::date(std::chrono::system_clock::now())}};
}

/// A text that is part of the program.
class Text final : public http::Answer {
  public:
    explicit Text(std::string_view rest) : rest_(rest) {}

    http::Pull pull(std::string& out, std::size_t most) override {
        out.append(rest_.substr(0, most));
        rest_.remove_prefix(std::min(most, rest_.size()));
        return rest_.empty() ? http::Pull::end : http::Pull::more;
    }

  private:
    std::string_view rest_;
};

std::unique_ptr<http::Answer> answer(http::Exchange& exchange, int status, http::Headers headers, std::string_view type,
                                     std::string_view text) {
    headers.push_back({"Content-Type", std::string(type)});
    headers.push_back({"Content-Length", std::to_string(text.size())});
    exchange.respond(status, std::move(headers));
    return std::make_unique<Text>(text);
}

} // namespace

std::span<const PageFile> page_files() {
    return files;
}

const PageFile* page_file(const http::Request& request) {
    const auto* const found =
        std::find_if(files.begin(), files.end(), [&](const PageFile& file) { return file.path == request.path; });
    return found == files.end() || request.websocket ? nullptr : found;
}

std::unique_ptr<http::Answer> serve_page_file(http::Exchange& exchange, const PageFile& file) {
    const auto& method = exchange.request().method;
    auto headers = headers_of_all();
    if (method != "GET" && method != "HEAD") {
        headers.push_back({"Allow", "GET, HEAD"});
        return answer(exchange, 405, std::move(headers), "text/plain; charset=utf-8",
                      "only GET and HEAD are served here\n");
    }
    if (file.content)
        return answer(exchange, 200, std::move(headers), file.type, file.content());
    exchange.respond_without_body(204, std::move(headers));
    return nullptr;
}

} // namespace lndapi

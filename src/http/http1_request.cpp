#include "http/http1_request.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace http {

namespace {

constexpr std::size_t most_headers = 100;

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// RFC 9110, 5.6.2.
constexpr bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// RFC 9110, 5.5: visible characters, blanks, and bytes beyond ASCII.
bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_blank(c) || (c > ' ' && c < 0x7f) || c < 0; });
}

std::string_view cut_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    return line;
}

/// The path of `http://host/path` (RFC 9112, 3.2.2): the host in it counts, not the header. Nothing if it is no such
/// form.
std::optional<std::string_view> path_of_absolute(std::string_view target, std::string& host) {
    const auto lower = lower_case(target.substr(0, 8));
    const auto scheme = lower.starts_with("http://") ? 7U : lower == "https://" ? 8U : 0U;
    if (scheme == 0)
        return std::nullopt;
    target.remove_prefix(scheme);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    host = target.substr(0, end);
    if (host.empty())
        return std::nullopt;
    return target.substr(end);
}

tl::expected<void, Refusal> read_request_line(std::string_view line, Head& head, std::string& host) {
    const auto refused = tl::unexpected(Refusal{400});
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return refused;
    const auto method = line.substr(0, first);
    auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(method) || target.empty() ||
        !std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; }))
        return refused;
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
        !is_digit(version[7]))
        return refused;
    if (version[5] != '1')
        return tl::unexpected(Refusal{505});
    head.http_1_0 = version[7] == '0';
    head.request.method = method;
    if (target.front() != '/' && !(target == "*" && method == "OPTIONS")) {
        const auto path = path_of_absolute(target, host);
        if (!path)
            return refused;
        set_target(head.request, *path);
        if (head.request.path.empty())
            head.request.path = "/";
        return {};
    }
    set_target(head.request, target);
    return {};
}

tl::expected<void, Refusal> read_headers(std::string_view rest, Headers& headers) {
    for (auto line = cut_line(rest); !line.empty(); line = cut_line(rest)) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) // a folded line begins with a blank
            return tl::unexpected(Refusal{400});
        const auto value = trim(line.substr(colon + 1));
        if (!is_field_value(value))
            return tl::unexpected(Refusal{400});
        if (headers.size() == most_headers)
            return tl::unexpected(Refusal{431});
        headers.push_back({lower_case(line.substr(0, colon)), std::string(value)});
    }
    return {};
}

/// RFC 9112, 6: the length of the body is given in one way, once.
tl::expected<void, Refusal> read_body_length(Head& head) {
    const auto& headers = head.request.headers;
    const auto lengths = count(headers, "content-length");
    const auto codings = count(headers, "transfer-encoding");
    if (lengths + codings > 1 || (codings == 1 && head.http_1_0))
        return tl::unexpected(Refusal{400});
    if (codings == 1) {
        if (lower_case(*find(headers, "transfer-encoding")) != "chunked")
            return tl::unexpected(Refusal{400});
        head.chunked = true;
    }
    if (lengths == 1) {
        const auto digits = *find(headers, "content-length");
        if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
            return tl::unexpected(Refusal{400});
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), head.body_size);
        if (error != std::errc() || head.body_size > most_body_bytes)
            return tl::unexpected(Refusal{413});
    }
    return {};
}

} // namespace

tl::expected<HeadEnd, Refusal> find_head_end(std::string_view bytes, std::size_t from) {
    const auto look = bytes.substr(0, most_header_bytes);
    // The last byte may be a CR whose LF is still to come.
    for (std::size_t i = from == 0 ? 0 : from - 1; i < look.size(); ++i) {
        if (look[i] == '\n' && (i == 0 || look[i - 1] != '\r'))
            return tl::unexpected(Refusal{400});
        if (look[i] == '\r' && i + 1 < look.size() && look[i + 1] != '\n')
            return tl::unexpected(Refusal{400});
        if (look[i] == '\n' && i >= 3 && look[i - 2] == '\n')
            return HeadEnd{i + 1};
    }
    if (bytes.size() >= most_header_bytes)
        return tl::unexpected(Refusal{431});
    return HeadEnd{0};
}

tl::expected<Head, Refusal> read_request_head(std::string_view bytes) {
    Head head;
    std::string host;
    auto rest = bytes;
    if (auto read = read_request_line(cut_line(rest), head, host); !read)
        return tl::unexpected(read.error());
    auto& headers = head.request.headers;
    if (auto read = read_headers(rest, headers); !read)
        return tl::unexpected(read.error());
    const auto hosts = count(headers, "host"); // RFC 9112, 3.2
    if (hosts > 1 || (hosts == 0 && !head.http_1_0))
        return tl::unexpected(Refusal{400});
    if (!host.empty()) {
        std::erase_if(headers, [](const Header& header) { return header.name == "host"; });
        headers.push_back({"host", host});
    }
    if (auto read = read_body_length(head); !read)
        return tl::unexpected(read.error());
    head.keep_alive =
        head.http_1_0 ? lists(headers, "connection", "keep-alive") : !lists(headers, "connection", "close");
    head.expects_continue = !head.http_1_0 && lists(headers, "expect", "100-continue");
    return head;
}

} // namespace http

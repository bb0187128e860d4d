// Heads of HTTP/1.1 requests: the end is found however the bytes are cut, and what is accepted has one meaning only.
#include "http/http1_request.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <string>

namespace http1_request_target {

namespace {

void require_strict(const http::Head& head) {
    const auto& request = head.request;
    fuzz::require(!request.method.empty() && !request.path.empty(), "a request has a method and a path");
    for (const auto* part : {&request.method, &request.path, &request.query})
        fuzz::require(std::all_of(part->begin(), part->end(), [](char c) { return c > ' ' && c < 0x7f; }),
                      "the request line is visible ASCII");
    fuzz::require(request.path.front() == '/' || request.path == "*", "a path is absolute");
    for (const auto& [name, value] : request.headers) {
        fuzz::require(!name.empty() && http::lower_case(name) == name, "names are in lower case");
        fuzz::require(name.find_first_of(" \t:\r\n") == std::string::npos, "names are tokens");
        fuzz::require(http::clean_value(value) == value, "values have no control characters");
    }
    fuzz::require(http::count(request.headers, "content-length") + http::count(request.headers, "transfer-encoding") <=
                      1,
                  "the length is given once");
    fuzz::require(head.chunked == (http::count(request.headers, "transfer-encoding") == 1),
                  "a coded body comes in chunks");
    fuzz::require(head.body_size <= http::most_body_bytes, "a body is bounded");
    fuzz::require(http::count(request.headers, "host") == 1 || head.http_1_0, "there is one host");
}

} // namespace

FUZZ_TARGET(http1_request) {
    const auto text = fuzz::text_of(data, size);
    const auto end = http::find_head_end(text, 0);
    for (std::size_t have = 0; have < std::min<std::size_t>(size, 300); ++have) { // as if the bytes came one by one
        const auto part = http::find_head_end(text.substr(0, have + 1), have);
        if (part && part->size == 0)
            continue;
        fuzz::require(part == end, "the end does not depend on the reads");
        break;
    }
    if (end && end->size > 0) {
        const auto head_text = text.substr(0, end->size);
        fuzz::require(head_text.ends_with("\r\n\r\n") && head_text.find("\r\n\r\n") == head_text.size() - 4,
                      "a head ends at its first empty line");
        const auto head = http::read_request_head(head_text);
        if (head)
            require_strict(*head);
        else {
            const int status = head.error().status;
            fuzz::require(status == 400 || status == 413 || status == 431 || status == 505, "a refusal is one of four");
        }
    }
    (void)http::read_request_head(text); // whatever a caller passes
    return 0;
}

} // namespace http1_request_target

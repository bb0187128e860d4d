#include "request.hpp"

#include "rpc/write.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace standin {

Request::Request(std::string request_text, std::string raw_id)
    : text(std::move(request_text)), id(std::move(raw_id)), chain(chain_text(id)) {
    if (const auto read = rpc::read_message(text))
        message = *read;
}

bool Request::replace(std::string replacement) {
    text = std::move(replacement);
    const auto read = rpc::read_message(text);
    message = read ? *read : rpc::Message{};
    return read.has_value();
}

tl::expected<json::Tree, std::string> read_params(std::string_view params) {
    constexpr std::size_t most_digits = 20; // of a 64-bit number
    std::string text;
    bool quoted = false;
    for (std::size_t at = 0; at < params.size();) {
        const char c = params[at];
        const bool bare = !quoted && c >= '0' && c <= '9' && (at == 0 || std::strchr(" \t\r\n[,:", params[at - 1]));
        if (!bare) {
            if (quoted && c == '\\' && at + 1 < params.size())
                text.push_back(params[at++]);
            else if (c == '"')
                quoted = !quoted;
            text.push_back(params[at++]);
            continue;
        }
        const std::size_t end = std::min(params.find_first_not_of("0123456789", at), params.size());
        const std::string_view digits = params.substr(at, end - at);
        const bool odd = digits.size() > most_digits || (digits.size() > 1 && digits.front() == '0');
        text.append(odd ? "\"" : "").append(digits).append(odd ? "\"" : "");
        at = end;
    }
    return json::parse(text);
}

void answer(Request& request, Reply reply) {
    if (const auto done = std::exchange(request.done, nullptr))
        done(request, reply);
}

void succeed(Request& request, std::string result) {
    using Json = nlohmann::ordered_json;
    if (request.filter) {
        const auto whole = Json::parse(result, nullptr, false); // no exceptions
        if (whole.is_object())
            result = request.filter->apply(whole).dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    answer(request, {true, std::move(result), {}});
}

void fail(Request& request, int code, std::string_view message, std::string_view data) {
    std::string body = rpc::error_object({code, std::string(message)});
    if (!data.empty()) {
        body.pop_back();
        body.append(R"(,"data":)").append(data).push_back('}');
    }
    answer(request, {false, std::move(body), {}});
}

std::string chain_text(std::string_view raw_id) {
    if (raw_id.size() < 2 || raw_id.front() != '"')
        return std::string(raw_id);
    const auto inner = raw_id.substr(1, raw_id.size() - 2);
    return inner.find('\\') == std::string_view::npos ? std::string(inner) : "weird-id";
}

} // namespace standin

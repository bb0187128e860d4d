#include "lndapi/event_output.hpp"

#include "http/date.hpp"
#include "lndapi/rest_output.hpp"

#include <algorithm>

namespace lndapi {

namespace {

constexpr std::string_view event_stream = "text/event-stream";

/// `json` is one line.
void append_data(std::string& out, std::string_view json) {
    out.append("data: ").append(json).append("\n\n");
}

std::string id_line(const std::string& cursor) {
    return "id: " + cursor + "\n";
}

} // namespace

bool wants_events(const http::Request& http) {
    const auto accepted = http::list_of(http.headers, "accept");
    return std::any_of(accepted.begin(), accepted.end(), [](std::string_view type) {
        return http::lower_case(http::trim(type.substr(0, type.find(';')))) == event_stream;
    });
}

http::Headers EventOutput::headers(const consumer::CursorPtr& cursor, std::optional<std::size_t>) const {
    http::Headers headers{{"Content-Type", std::string(event_stream)},
                          {"Cache-Control", "no-store"},
                          {"X-Content-Type-Options", "nosniff"},
                          {"Date", http::date(std::chrono::system_clock::now())}};
    if (cursor)
        headers.push_back({"Trackpayments-Cursor", *cursor});
    return headers;
}

std::string EventOutput::preface(const consumer::CursorPtr& cursor) const {
    return "retry: 2000\n" + (cursor ? id_line(*cursor) : std::string()) + "\n";
}

bool EventOutput::payment(std::string& out, const Item& item) const {
    if (item.cursor)
        out.append(id_line(*item.cursor));
    append_data(out, item.frame->payment().json);
    return true;
}

void EventOutput::message(std::string& out, std::string_view json, const wire::Message&) const {
    append_data(out, json);
}

void EventOutput::end(std::string& out, const Failure& end) const {
    if (end.status.code == GrpcCode::ok)
        return;
    out.append("event: error\n");
    append_data(out, rest_error(end.status));
}

std::string EventOutput::fail(http::Exchange& exchange, const Failure& failure, std::optional<int> status) const {
    return RestOutput(true, false).fail(exchange, failure, status);
}

} // namespace lndapi

#include "lndapi/rest_output.hpp"

#include "http/date.hpp"
#include "json/text.hpp"

namespace lndapi {

namespace {

http::Headers headers_of_all() {
    return {{"Content-Type", "application/json"}, {"Date", http::date(std::chrono::system_clock::now())}};
}

/// LND does not send these. Payments have preimages: no cache keeps them, and no browser takes a text in them for HTML.
void add_browser_headers(http::Headers& headers) {
    headers.push_back({"Cache-Control", "no-store"});
    headers.push_back({"X-Content-Type-Options", "nosniff"});
}

std::string error_line(const GrpcStatus& status) {
    return R"({"error":)" + rest_error(status) + "}\n";
}

} // namespace

std::string rest_error(const GrpcStatus& status) {
    return R"({"code":)" + std::to_string(static_cast<int>(status.code)) + R"(,"message":)" +
           json::quote(status.message) + R"(,"details":[]})";
}

http::Headers RestOutput::headers(const consumer::CursorPtr& cursor, std::optional<std::size_t> json_bytes) const {
    auto headers = headers_of_all();
    headers.push_back({"Grpc-Metadata-Content-Type", "application/grpc"});
    if (json_bytes)
        headers.push_back({"Content-Length", std::to_string(*json_bytes)});
    if (cursor)
        headers.push_back({"Trackpayments-Cursor", *cursor});
    add_browser_headers(headers);
    return headers;
}

bool RestOutput::payment(std::string& out, const Item& item) const {
    out.append(R"({"result":)").append(item.frame->payment().json);
    if (cursors_ && item.cursor)
        out.append(R"(,"cursor":)").append(json::quote(*item.cursor));
    out.append("}\n");
    return true;
}

void RestOutput::message(std::string& out, std::string_view json, const wire::Message&) const {
    if (!streaming_) {
        out.append(json);
        return;
    }
    out.append(R"({"result":)").append(json).append("}\n");
}

std::string RestOutput::element(const Frame& payment) const {
    return payment.payment().json;
}

Output::Enclosure RestOutput::enclose(std::size_t, std::string_view rest, const wire::Message&) const {
    return {R"({"payments":[)", "]," + std::string(rest.substr(1))};
}

void RestOutput::end(std::string& out, const Failure& end) const {
    if (end.status.code != GrpcCode::ok)
        out.append(error_line(end.status));
}

std::string RestOutput::fail(http::Exchange& exchange, const Failure& failure, std::optional<int> status) const {
    auto body = streaming_ ? error_line(failure.status) : rest_error(failure.status);
    auto headers = headers_of_all();
    headers.push_back({"Content-Length", std::to_string(body.size())});
    if (!failure.reason.empty())
        headers.push_back({"Trackpayments-Reason", percent_encoded(failure.reason)});
    add_browser_headers(headers);
    exchange.respond(status.value_or(http_status(failure.status.code)), std::move(headers));
    return body;
}

} // namespace lndapi

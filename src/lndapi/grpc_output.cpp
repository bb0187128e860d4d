#include "lndapi/grpc_output.hpp"

#include "json/parser.hpp"
#include "lndapi/grpc_frame.hpp"
#include "wire/protobuf.hpp"
#include "wire/wire_from_json.hpp"

namespace lndapi {

http::Headers GrpcOutput::headers(const consumer::CursorPtr& cursor, std::optional<std::size_t>) const {
    http::Headers headers{{"content-type", content_type_}};
    if (cursor)
        headers.push_back({std::string(cursor_header), *cursor});
    return headers;
}

bool GrpcOutput::payment(std::string& out, const Item& item) const {
    const auto& wire = item.frame->wire();
    if (wire.empty())
        return false;
    std::string cursor;
    if (cursors_ && item.cursor)
        wire::ProtobufWriter(cursor).bytes(cursor_field, *item.cursor);
    append_grpc_head(out, wire.size() + cursor.size());
    out.append(wire).append(cursor);
    return true;
}

void GrpcOutput::message(std::string& out, std::string_view json, const wire::Message& type) const {
    json::Parser parser;
    std::string wire;
    if (const auto value = parser.read(json))
        (void)wire::append_wire(wire, *value, type); // our own text
    append_grpc_head(out, wire.size());
    out.append(wire);
}

std::string GrpcOutput::element(const Frame& payment) const {
    const auto& wire = payment.wire();
    std::string element;
    if (!wire.empty())
        wire::ProtobufWriter(element).element(1, wire);
    return element;
}

Output::Enclosure GrpcOutput::enclose(std::size_t bytes, std::string_view rest, const wire::Message& rest_type) const {
    Enclosure enclosure;
    json::Parser parser;
    if (const auto value = parser.read(rest))
        (void)wire::append_wire(enclosure.tail, *value, rest_type); // our own text
    append_grpc_head(enclosure.head, bytes + enclosure.tail.size());
    return enclosure;
}

http::Headers GrpcOutput::trailers(const Failure& end, const consumer::CursorPtr& cursor) const {
    http::Headers trailers{{"grpc-status", std::to_string(static_cast<int>(end.status.code))},
                           {"grpc-message", percent_encoded(end.status.message)}};
    if (!end.reason.empty())
        trailers.push_back({std::string(reason_header), percent_encoded(end.reason)});
    if (cursor)
        trailers.push_back({std::string(cursor_header), *cursor});
    return trailers;
}

std::string GrpcOutput::fail(http::Exchange& exchange, const Failure& failure, std::optional<int> http_status) const {
    auto headers = this->headers(nullptr, std::nullopt);
    for (auto& trailer : trailers(failure, nullptr))
        headers.push_back(std::move(trailer));
    exchange.respond_without_body(http_status.value_or(200), std::move(headers));
    return {};
}

} // namespace lndapi

// How an answer looks on one surface: gRPC (HTTP/2, frames and trailers), REST as grpc-gateway makes it (lines of
// JSON), or server-sent events. The methods write through this interface and do not know the surface.
#pragma once

#include "http/exchange.hpp"
#include "lndapi/frame.hpp"
#include "lndapi/grpc_status.hpp"
#include "wire/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lndapi {

/// A status with lightningd's own reason, which LND does not have. It goes into a header of its own.
struct Failure {
    GrpcStatus status;
    std::string reason = {};
};

/// Shows a quiet client that its stream is open.
struct KeepAlive {
    std::chrono::milliseconds every;
    std::string_view text;
};

class Output {
  public:
    virtual ~Output() = default;

    /// Of an answer that begins well. `cursor` may be null. `json_bytes`: of the message, if there is only one.
    [[nodiscard]] virtual http::Headers headers(const consumer::CursorPtr& cursor,
                                                std::optional<std::size_t> json_bytes) const = 0;
    /// What comes before the first message of such an answer.
    [[nodiscard]] virtual std::string preface(const consumer::CursorPtr&) const { return {}; }
    /// Nothing: no such text.
    [[nodiscard]] virtual std::optional<KeepAlive> keep_alive() const { return std::nullopt; }
    /// Appends a Payment, with its cursor if the client asked for cursors. False if the tracker's JSON is no Payment.
    [[nodiscard]] virtual bool payment(std::string& out, const Item& item) const = 0;
    /// Appends another message, given as the JSON of grpc-gateway.
    virtual void message(std::string& out, std::string_view json, const wire::Message& type) const = 0;
    /// A Payment as an element of the field 1, `payments`, of a message. Empty if the tracker's JSON is no Payment. The
    /// next three are for messages that are too large for message(); events and metrics have none.
    [[nodiscard]] virtual std::string element(const Frame&) const { return {}; }
    /// Between elements.
    [[nodiscard]] virtual std::string_view separator() const { return {}; }
    struct Enclosure {
        std::string head;
        std::string tail;
    };
    /// What comes before and after elements of so many bytes, separators included. `rest`: the other fields of the
    /// message, as a JSON object.
    [[nodiscard]] virtual Enclosure enclose(std::size_t, std::string_view /*rest*/,
                                            const wire::Message& /*rest_type*/) const {
        return {};
    }
    /// Appends the end of an answer that has begun.
    virtual void end(std::string& out, const Failure& end) const = 0;
    [[nodiscard]] virtual http::Headers trailers(const Failure& end, const consumer::CursorPtr& cursor) const = 0;
    /// Answers with an error instead of headers(). Returns the body. `http_status`: if it is not that of the code.
    [[nodiscard]] virtual std::string fail(http::Exchange& exchange, const Failure& failure,
                                           std::optional<int> http_status = std::nullopt) const = 0;
};

} // namespace lndapi

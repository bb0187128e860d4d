#include "lndapi/metrics_endpoint.hpp"

#include "http/date.hpp"
#include "lndapi/asker.hpp"
#include "lndapi/metrics_access.hpp"
#include "lndapi/unary.hpp"

namespace lndapi {

namespace {

/// RuneCheck's text of a good rune for something else (lnd's macaroons/service.go).
constexpr std::string_view denied = "permission denied";

/// HTTP's difference, which LND does not make: no good rune, or a good one for something else.
Failure refused(Failure failure) {
    failure.status.code = failure.status.message == denied ? GrpcCode::permission_denied : GrpcCode::unauthenticated;
    return failure;
}

/// The page is no message of LND.
const wire::Message no_message{};

class MetricsOutput final : public Output {
  public:
    [[nodiscard]] http::Headers headers(const consumer::CursorPtr&, std::optional<std::size_t> bytes) const override {
        return headers_of("text/plain; version=0.0.4; charset=utf-8", bytes);
    }
    [[nodiscard]] bool payment(std::string&, const Item&) const override { return false; }
    void message(std::string& out, std::string_view page, const wire::Message&) const override { out.append(page); }
    void end(std::string&, const Failure&) const override {}
    [[nodiscard]] http::Headers trailers(const Failure&, const consumer::CursorPtr&) const override { return {}; }
    [[nodiscard]] std::string fail(http::Exchange& exchange, const Failure& failure,
                                   std::optional<int> given) const override {
        const auto status = given.value_or(status_of(failure.status.code));
        auto body = text_of(failure, status) + "\n";
        auto headers = headers_of("text/plain; charset=utf-8", body.size());
        if (status == 401)
            headers.push_back({"WWW-Authenticate", "Bearer realm=\"trackpayments-lnd\""});
        if (status == 405)
            headers.push_back({"Allow", "GET"});
        exchange.respond(status, std::move(headers));
        return body;
    }

  private:
    static http::Headers headers_of(std::string type, std::optional<std::size_t> bytes) {
        http::Headers headers{{"Content-Type", std::move(type)},
                              {"Cache-Control", "no-store"},
                              {"Date", http::date(std::chrono::system_clock::now())}};
        if (bytes)
            headers.push_back({"Content-Length", std::to_string(*bytes)});
        return headers;
    }
    static int status_of(GrpcCode code) {
        if (code == GrpcCode::unimplemented)
            return 405;
        return code == GrpcCode::unknown ? 503 : http_status(code); // unknown: the server stops
    }
    static std::string text_of(const Failure& failure, int status) {
        auto text = failure.status.message;
        if (!failure.reason.empty())
            text += ": " + failure.reason;
        if (status == 401 || status == 403)
            text += ". Send a rune that permits trackpayments-status, as a bearer token";
        return text;
    }
};

} // namespace

std::unique_ptr<Call> MetricsEndpoint::make_call(http::Exchange& exchange) const {
    return std::make_unique<Unary>(loop_, exchange, std::make_unique<MetricsOutput>(), no_message,
                                   [source = source_](const Unary::Reply& reply) { source->scrape(reply); });
}

void MetricsEndpoint::begin(Call& call) {
    const auto& http = call.request();
    if (http.method != "GET")
        return call.end({{GrpcCode::unimplemented, "only GET is served here"}});
    if (open_ && is_local(http))
        return call.serve();
    const Claim claim{metrics_credentials(http), http.peer, rune_method, "{}"};
    authority_.check(claim, asker_of(call), [weak = call.weak()](const std::optional<Failure>& failure) {
        const auto open = weak.lock();
        if (!open)
            return;
        if (!failure) {
            (*open)->permitted();
            return (*open)->serve();
        }
        if (failure->status.code == GrpcCode::unavailable)
            return (*open)->end(*failure);
        (*open)->refuse(refused(*failure));
    });
}

} // namespace lndapi

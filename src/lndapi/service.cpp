#include "lndapi/service.hpp"

#include "json/text.hpp"
#include "lndapi/asker.hpp"
#include "lndapi/delete_payment.hpp"
#include "lndapi/event_output.hpp"
#include "lndapi/grpc_output.hpp"
#include "lndapi/grpc_request.hpp"
#include "lndapi/info.hpp"
#include "lndapi/list_payments.hpp"
#include "lndapi/page_endpoint.hpp"
#include "lndapi/rest_output.hpp"
#include "lndapi/rest_route.hpp"
#include "lndapi/subscribe_state.hpp"
#include "lndapi/track_payment.hpp"
#include "lndapi/track_payments.hpp"
#include "lndapi/unary.hpp"

#include <algorithm>

namespace lndapi {

namespace {

/// An answer that is ready.
class Ready final : public http::Answer {
  public:
    explicit Ready(std::string body) : body_(std::move(body)) {}

  private:
    http::Pull pull(std::string& out, std::size_t) override {
        out.append(body_);
        return http::Pull::end;
    }

    std::string body_;
};

std::unique_ptr<http::Answer> refuse(http::Exchange& exchange, const Output& output, const GrpcStatus& status) {
    return std::make_unique<Ready>(output.fail(exchange, {status}));
}

base::PaymentHash hash_of(const std::string& bytes) {
    base::PaymentHash hash;
    std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
    return hash;
}

/// Those parameters of the call that have no default value, in lightningd's form. A list of payments always has its
/// offset, so that a rune may forbid lists.
json::Tree params_of(const Request& request) {
    auto params = json::Tree::object();
    for (const auto& parameter : request.method->parameters) {
        const std::string name(parameter.name);
        if (const auto* flag = std::get_if<Parameter::Flag>(&parameter.member); flag && request.*(*flag))
            params[name] = true;
        if (const auto* number = std::get_if<Parameter::Number>(&parameter.member))
            if (request.*(*number) > 0 || *number == &Request::index_offset)
                params[name] = request.*(*number);
        if (const auto* bytes = std::get_if<Parameter::Bytes>(&parameter.member))
            if ((request.*(*bytes)).size() == base::PaymentHash::size)
                params[name] = hash_of(request.*(*bytes)).hex();
    }
    if (!request.since.empty())
        params["since"] = request.since;
    return params;
}

/// The parameters of the rune's method, so that the rune may restrict them. There are several if it is known later
/// which of them are needed.
std::vector<std::string> rune_params(const Request& request) {
    if (request.method->method != Method::delete_payment)
        return {json::dump(params_of(request))};
    std::vector<std::string> all;
    for (const auto status : DeletePayment::statuses) {
        auto params = params_of(request);
        params["status"] = status;
        all.push_back(json::dump(params));
    }
    return all;
}

Claim claim_of(const http::Request& http, const MethodRow& method, std::string params) {
    Claim claim{{}, http.peer, method.rune_method, std::move(params)};
    const std::string_view name = is_grpc_request(http) ? "macaroon" : "grpc-metadata-macaroon";
    for (const auto& header : http.headers)
        if (header.name == name)
            claim.macaroons.push_back(header.value);
    return claim;
}

} // namespace

Service::Service(Sources sources, rpc::Client& client, std::chrono::milliseconds between_checks,
                 const Authority::Clock& now)
    : sources_(std::move(sources)),
      client_(client),
      authority_(sources_.loop, client, now),
      permissions_(authority_, between_checks, now),
      metrics_(sources_.loop, authority_),
      pages_(sources_.reader) {}

std::unique_ptr<http::Answer> Service::request(http::Exchange& exchange) {
    if (is_grpc_request(exchange.request()))
        return grpc(exchange);
    if (metrics_.serves(exchange.request()))
        return metrics(exchange);
    const auto* const file = page_file(exchange.request());
    return file ? serve_page_file(exchange, *file) : rest(exchange);
}

std::unique_ptr<http::Answer> Service::grpc(http::Exchange& exchange) {
    const auto& http = exchange.request();
    auto output =
        std::make_unique<GrpcOutput>(http::find(http.headers, cursors_header) == "yes", answer_content_type(http));
    const auto head = read_grpc_head(http);
    if (!head)
        return std::make_unique<Ready>(output->fail(exchange, {head.error().status}, head.error().http_status));
    const auto& method = *head->method;
    auto request = read_grpc_request(method, http);
    // grpc-go checks the permission for a stream before it reads the request, and for other methods after that.
    if (!request && !method.streaming)
        return refuse(exchange, *output, request.error());
    return start(exchange, method, request, head->timeout, std::move(output));
}

std::unique_ptr<http::Answer> Service::rest(http::Exchange& exchange) {
    const auto& http = exchange.request();
    auto request = read_rest_request(http.method, http.path, http.query);
    if (!request)
        return refuse(exchange, RestOutput(false, false), request.error());
    const auto timeout = read_rest_timeout(http);
    if (!timeout)
        return refuse(exchange, RestOutput(false, false), timeout.error());
    const auto& method = *request->method;
    OutputPtr output;
    if (method.streaming && wants_events(http)) {
        // A browser that connects again repeats its first query.
        const auto last = http::find(http.headers, "last-event-id").value_or("");
        if (!last.empty() && method.method == Method::track_payments)
            request->since = last;
        output = std::make_unique<EventOutput>();
    } else {
        output = std::make_unique<RestOutput>(method.streaming, !request->since.empty());
    }
    return start(exchange, method, request, *timeout, std::move(output));
}

std::unique_ptr<http::Answer> Service::metrics(http::Exchange& exchange) {
    auto call = metrics_.make_call(exchange);
    remember(MetricsEndpoint::path, *call);
    metrics_.begin(*call);
    return call;
}

std::unique_ptr<http::Answer> Service::start(http::Exchange& exchange, const MethodRow& method,
                                             const tl::expected<Request, GrpcStatus>& request,
                                             std::optional<std::chrono::nanoseconds> timeout, OutputPtr output) {
    const auto granted = std::make_shared<std::string>();
    auto call = make_call(exchange, request.value_or(Request{&method}), std::move(output), granted);
    remember(method.grpc_path, *call);
    if (timeout)
        call->end_after(*timeout);
    permit(*call, method, request, granted);
    return call;
}

std::unique_ptr<Call> Service::make_call(http::Exchange& exchange, const Request& request, OutputPtr output,
                                         const Granted& granted) {
    switch (request.method->method) {
    case Method::track_payments:
        return std::make_unique<TrackPayments>(sources_, exchange, std::move(output), request.no_inflight_updates,
                                               request.since);
    case Method::track_payment:
        return std::make_unique<TrackPayment>(sources_, exchange, std::move(output), request.no_inflight_updates,
                                              request.payment_hash);
    case Method::subscribe_state:
        return std::make_unique<SubscribeState>(sources_, exchange, std::move(output));
    case Method::list_payments:
        return std::make_unique<ListPayments>(sources_, pages_, exchange, std::move(output), request);
    case Method::delete_payment:
        return make_deletion(exchange, request, std::move(output), granted);
    case Method::get_info:
    case Method::get_state:
    case Method::get_version:
        break;
    }
    return make_unary(exchange, request.method->method, std::move(output));
}

std::unique_ptr<Call> Service::make_deletion(http::Exchange& exchange, const Request& request, OutputPtr output,
                                             const Granted& granted) {
    const auto permit = [this, granted, method = request.method](const Call& call, const std::string& params,
                                                                 RuneCheck::Answer answer) {
        if (params == *granted)
            return answer(std::nullopt);
        authority_.check(claim_of(call.request(), *method, params), asker_of(call), std::move(answer));
    };
    return std::make_unique<DeletePayment>(sources_, client_, exchange, std::move(output), request, permit);
}

std::unique_ptr<Call> Service::make_unary(http::Exchange& exchange, Method method, OutputPtr output) {
    if (method == Method::get_info)
        return std::make_unique<Unary>(sources_.loop, exchange, std::move(output), get_info_message,
                                       [this](const Unary::Reply& reply) { ask_lightningd(reply); });
    if (method == Method::get_state)
        return std::make_unique<Unary>(
            sources_.loop, exchange, std::move(output), state_message,
            [this](const Unary::Reply& reply) { reply(state_json(sources_.reader.state())); });
    return std::make_unique<Unary>(sources_.loop, exchange, std::move(output), version_message,
                                   [](const Unary::Reply& reply) { reply(version_json()); });
}

void Service::ask_lightningd(const Unary::Reply& reply) {
    const Failure failed{{GrpcCode::unavailable, "lightningd does not answer"}};
    client_.call(
        "getinfo", "{}",
        [reply, failed](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            const auto info = result ? decode_info(*result) : tl::unexpected(std::string());
            info ? reply(*info) : reply(tl::unexpected(failed));
        },
        [reply, failed] { reply(tl::unexpected(failed)); });
}

/// LND's text of the time before its services run (rpcperms/interceptor.go).
std::optional<Failure> Service::why_not_ready(const MethodRow& method) const {
    if (sources_.reader.state() == consumer::State::waiting && !method.rune_method.empty())
        return Failure{{GrpcCode::unknown, "waiting to start, RPC services not available"}};
    return std::nullopt;
}

void Service::permit(Call& call, const MethodRow& method, const tl::expected<Request, GrpcStatus>& request,
                     const Granted& granted) {
    if (auto failure = why_not_ready(method))
        return call.end(*std::move(failure));
    const auto go_on = [this, method = &method,
                        malformed = request ? std::nullopt : std::optional(request.error())](Call& permitted) {
        if (malformed)
            return permitted.end({*malformed});
        serve(permitted, *method);
    };
    if (method.rune_method.empty())
        return go_on(call);
    std::vector<Claim> claims;
    for (auto& params : rune_params(request.value_or(Request{&method})))
        claims.push_back(claim_of(call.request(), method, std::move(params)));
    check_any(call, std::move(claims),
              [this, weak = call.weak(), granted, go_on,
               streaming = method.streaming](const Claim& claim, const std::optional<Failure>& failure) {
                  const auto open = weak.lock();
                  if (!open)
                      return;
                  if (failure && failure->status.code == GrpcCode::unavailable)
                      return (*open)->end(*failure);
                  if (failure)
                      return (*open)->refuse(*failure);
                  (*open)->permitted();
                  *granted = claim.params;
                  go_on(**open);
                  if (streaming)
                      permissions_.watch(weak, claim);
              });
}

void Service::check_any(const Call& call, std::vector<Claim> claims,
                        std::function<void(const Claim& claim, const std::optional<Failure>& failure)> answer) {
    const auto claim = claims.front();
    claims.erase(claims.begin());
    authority_.check(claim, asker_of(call),
                     [this, claim, claims = std::move(claims), answer = std::move(answer),
                      weak = call.weak()](const std::optional<Failure>& failure) {
                         const auto open = weak.lock();
                         const bool denied = failure && failure->status.message == permission_denied;
                         if (open && denied && !claims.empty())
                             check_any(**open, claims, answer);
                         else
                             answer(claim, failure);
                     });
}

void Service::serve(Call& call, const MethodRow& method) {
    if (method.needs_tracker && sources_.reader.state() != consumer::State::active)
        return call.end({{GrpcCode::unavailable, "the plugin trackpayments is not running"}});
    call.serve();
}

void Service::remember(std::string_view method, Call& call) {
    call.count_in(counts_);
    if (calls_.size() >= prune_at_) {
        std::erase_if(calls_, [](const Entry& entry) { return entry.call.expired(); });
        prune_at_ = 2 * calls_.size() + 64;
    }
    calls_.push_back({method, call.weak()});
}

std::size_t Service::subscribers(const MethodRow& method) const {
    return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), [&](const Entry& entry) {
        const auto call = entry.call.lock();
        return entry.method == method.grpc_path && call && (*call)->open();
    }));
}

std::vector<Service::OpenCall> Service::calls() const {
    std::vector<OpenCall> open;
    for (const auto& entry : calls_)
        if (const auto call = entry.call.lock()) {
            const auto& request = (*call)->request();
            open.push_back({entry.method, is_grpc_request(request), request.peer, (*call)->sent()});
        }
    return open;
}

} // namespace lndapi

// LND's API: finds the method of each request, checks the macaroon, and starts the call. Serves gRPC and REST alike.
#pragma once

#include "lndapi/authority.hpp"
#include "lndapi/method.hpp"
#include "lndapi/metrics_endpoint.hpp"
#include "lndapi/page_turns.hpp"
#include "lndapi/payment_stream.hpp"
#include "lndapi/permission_watch.hpp"

#include <vector>

namespace lndapi {

class Service final : public http::Handler {
  public:
    struct OpenCall {
        std::string_view method; ///< its gRPC path
        bool grpc = false;
        std::string peer;       ///< the client's address
        std::uint64_t sent = 0; ///< messages
    };

    /// `between_checks`: see PermissionWatch.
    Service(Sources sources, rpc::Client& client, std::chrono::milliseconds between_checks = std::chrono::hours(1),
            const Authority::Clock& now = std::chrono::system_clock::now);

    std::unique_ptr<http::Answer> request(http::Exchange& exchange) override;
    [[nodiscard]] std::vector<OpenCall> calls() const;
    /// Open streams of a streaming method.
    [[nodiscard]] std::size_t subscribers(const MethodRow& method) const;
    [[nodiscard]] const CallCounts& counts() const { return *counts_; }
    /// Serves `/metrics` from now on. `open`: clients on this machine need no rune.
    void serve_metrics(MetricsSource& source, bool open) { metrics_.serve(source, open); }
    /// lightningd is known to accept this rune: it is checked without delay, also for clients that are slowed.
    void trust(const std::string& rune) { authority_.trust(rune); }

  private:
    struct Entry {
        std::string_view method;
        std::weak_ptr<Call*> call;
    };
    using OutputPtr = std::unique_ptr<const Output>;
    /// The params with which a rune permitted a call; empty before.
    using Granted = std::shared_ptr<std::string>;

    [[nodiscard]] std::unique_ptr<http::Answer> grpc(http::Exchange& exchange);
    [[nodiscard]] std::unique_ptr<http::Answer> rest(http::Exchange& exchange);
    [[nodiscard]] std::unique_ptr<http::Answer> metrics(http::Exchange& exchange);
    [[nodiscard]] std::unique_ptr<http::Answer> start(http::Exchange& exchange, const MethodRow& method,
                                                      const tl::expected<Request, GrpcStatus>& request,
                                                      std::optional<std::chrono::nanoseconds> timeout,
                                                      OutputPtr output);
    [[nodiscard]] std::unique_ptr<Call> make_call(http::Exchange& exchange, const Request& request, OutputPtr output,
                                                  const Granted& granted);
    [[nodiscard]] std::unique_ptr<Call> make_deletion(http::Exchange& exchange, const Request& request,
                                                      OutputPtr output, const Granted& granted);
    [[nodiscard]] std::unique_ptr<Call> make_unary(http::Exchange& exchange, Method method, OutputPtr output);
    void ask_lightningd(const std::function<void(const tl::expected<std::string, Failure>&)>& reply);

    [[nodiscard]] std::optional<Failure> why_not_ready(const MethodRow& method) const;
    void permit(Call& call, const MethodRow& method, const tl::expected<Request, GrpcStatus>& request,
                const Granted& granted);
    /// Passes on the claim that the rune permits, the first one of them, or why it permits none.
    void check_any(const Call& call, std::vector<Claim> claims,
                   std::function<void(const Claim& claim, const std::optional<Failure>& failure)> answer);
    void serve(Call& call, const MethodRow& method);
    void remember(std::string_view method, Call& call);

    Sources sources_;
    rpc::Client& client_;
    Authority authority_;
    PermissionWatch permissions_;
    MetricsEndpoint metrics_;
    PageTurns pages_;
    std::shared_ptr<CallCounts> counts_ = std::make_shared<CallCounts>();
    std::vector<Entry> calls_; // some may have ended
    std::size_t prune_at_ = 64;
};

} // namespace lndapi

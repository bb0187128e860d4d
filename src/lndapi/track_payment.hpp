// Router/TrackPaymentV2: the newest payment of one hash, its present state and every change until its end (lnd's
// lnrpc/routerrpc/router_server.go).
#pragma once

#include "lndapi/payment_stream.hpp"

namespace lndapi {

class TrackPayment final : public PaymentStream {
  public:
    /// `hash`: 32 bytes, else the call ends with LND's error.
    TrackPayment(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output,
                 bool no_inflight_updates, std::string_view hash);

    void serve() override;

  private:
    void updated(const Item& item) override;
    void replaced() override;

    void look_up();
    void answered(const tl::expected<std::vector<consumer::SnapshotPtr>, consumer::Refusal>& payments);
    void show(const FramePtr& frame);

    std::string hash_bytes_; // of the request
    base::PaymentHash hash_;
    bool asking_ = false; // updates of this hash are kept
    FramePtr shown_;      // the newest snapshot
};

} // namespace lndapi

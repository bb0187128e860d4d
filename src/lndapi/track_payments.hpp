// Router/TrackPayments: first the payments in flight, then every change of every payment; or, after a cursor, every
// change since. Never ends by itself (lnd's lnrpc/routerrpc/router_server.go). While the tracker is still searching for
// payments in flight, a call without a cursor waits.
#pragma once

#include "lndapi/payment_stream.hpp"

#include <string>

namespace lndapi {

class TrackPayments final : public PaymentStream {
  public:
    /// `since`: a cursor of the tracker; empty: none.
    TrackPayments(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output,
                  bool no_inflight_updates, std::string since);

    void serve() override;

  private:
    enum class Phase : std::uint8_t {
        held, ///< until all payments in flight are known; ends are kept
        live,
        asking, ///< for a page of updates after the cursor; updates are kept
        paused, ///< until the client has read the last page
        away    ///< until the tracker is back, or has more
    };

    void updated(const Item& item) override;
    void replaced() override;
    void state_changed(consumer::State state) override;
    void all_sent() override;

    void begin_live();
    void ask();
    void owe_kept();
    void go_on();
    void go_on_later();
    void answered(const tl::expected<consumer::Page, consumer::Refusal>& page);

    Phase phase_ = Phase::live;
    std::string since_; // the next page begins after it
    /// Before the next page is asked for, if the tracker did not answer, doubled each time, or holds its cursor.
    static constexpr std::chrono::milliseconds first_pause{1000};
    static constexpr std::chrono::milliseconds longest_pause{30'000};
    std::chrono::milliseconds pause_ = first_pause;
    io::Timer retry_;
};

} // namespace lndapi

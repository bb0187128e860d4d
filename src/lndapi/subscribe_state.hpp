// State/SubscribeState: the server's state, then each change of it. Never ends by itself.
#pragma once

#include "lndapi/call.hpp"
#include "lndapi/hub.hpp"
#include "lndapi/payment_stream.hpp"

#include <deque>

namespace lndapi {

class SubscribeState final : public Call, private Hub::Subscriber {
  public:
    SubscribeState(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output);
    SubscribeState(const SubscribeState&) = delete;
    SubscribeState& operator=(const SubscribeState&) = delete;
    ~SubscribeState() override;

    void serve() override;

  private:
    void state_changed(consumer::State state) override;
    [[nodiscard]] bool next(std::string& out) override;
    void drop() override { owed_.clear(); }

    Sources sources_;
    std::deque<std::string> owed_; // messages as JSON
};

} // namespace lndapi

// The common part of the two calls that send payments: what the client is owed, in order, and its filter.
#pragma once

#include "lndapi/backlog.hpp"
#include "lndapi/call.hpp"
#include "lndapi/hub.hpp"

namespace lndapi {

/// Everything a method needs from outside.
struct Sources {
    io::Loop& loop;
    consumer::Reader& reader;
    Hub& hub;
    base::Log log;
};

class PaymentStream : public Call, protected Hub::Subscriber {
  public:
    /// `no_inflight_updates`: only payments that are SUCCEEDED or FAILED.
    PaymentStream(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output,
                  bool no_inflight_updates);
    PaymentStream(const PaymentStream&) = delete;
    PaymentStream& operator=(const PaymentStream&) = delete;
    ~PaymentStream() override;

  protected:
    /// Owes the item to the client, unless it does not want it.
    void owe(const Item& item);
    [[nodiscard]] Backlog& backlog() { return backlog_; }
    /// Updates that come while the call waits for an answer of the tracker. They count as owed.
    [[nodiscard]] Backlog& kept() { return kept_; }
    [[nodiscard]] Sources& sources() { return sources_; }
    /// Called when everything owed was handed over.
    virtual void all_sent() {}

  private:
    [[nodiscard]] bool next(std::string& out) override;
    void drop() override;
    [[nodiscard]] consumer::CursorPtr cursor() const override { return backlog_.delivered(); }
    void cut_off();

    Sources sources_;
    bool no_inflight_updates_;
    Debt debt_;
    Backlog backlog_{debt_};
    Backlog kept_{debt_};
};

} // namespace lndapi

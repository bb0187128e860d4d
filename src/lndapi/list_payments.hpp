// Lightning/ListPayments: all payments of the node by payment_index, from the tracker's pages (lnd's rpcserver.go,
// payments/db). The answer is one message, so it is gathered first, in the form of its surface; the ledger counts it.
// A client that goes away stops the paging.
#pragma once

#include "lndapi/call.hpp"
#include "lndapi/debt.hpp"
#include "lndapi/method.hpp"
#include "lndapi/page_turns.hpp"
#include "lndapi/payment_stream.hpp"

#include <deque>

namespace lndapi {

class ListPayments final : public Call {
  public:
    /// LND's, if the request names none (payments/db/query.go).
    static constexpr std::uint64_t default_most = 100;

    ListPayments(Sources sources, PageTurns& pages, http::Exchange& exchange, std::unique_ptr<const Output> output,
                 const Request& request);
    ListPayments(const ListPayments&) = delete;
    ListPayments& operator=(const ListPayments&) = delete;
    ~ListPayments() override { ListPayments::drop(); }

    void serve() override;

  private:
    static constexpr std::uint64_t page_size = 100; ///< the tracker's limit

    void ask();
    void answered(const tl::expected<consumer::Answer, consumer::Refusal>& page);
    void gather(const std::vector<consumer::SnapshotPtr>& payments);
    void finish();
    void owe(const std::deque<std::string>::iterator& at, std::string piece);
    void cut_off();
    [[nodiscard]] bool next(std::string& out) override;
    void drop() override;

    Sources sources_;
    PageTurns& pages_;
    std::pair<std::uint64_t, std::uint64_t> dates_; // of the request
    consumer::PageQuery query_;
    std::uint64_t left_; // payments that still may come
    bool count_;         // all payments, after the others are gathered
    std::uint64_t total_ = 0;
    std::uint64_t first_ = 0; // payment_index of the first and the last payment
    std::uint64_t last_ = 0;
    Debt debt_;
    std::deque<std::string> pieces_; // of the message
};

/// lnrpc.ListPaymentsResponse without its payments.
extern const wire::Message list_payments_message;

} // namespace lndapi

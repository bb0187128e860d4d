// One payment by the imitation of plugin cln-renepay, which keeps it until the node ends (plugins/renepay, v23.11
// to v26.06.6; recordings renepay*). Unlike with other payers each attempt may get another group.
#pragma once

#include "payment.hpp"

#include <memory>

namespace standin {

struct RenepayOrder {
    Invoice invoice;
    std::uint64_t amount = 0;
    std::string label;
    std::string description;
};

class RenepayPayment final : public std::enable_shared_from_this<RenepayPayment> {
  public:
    RenepayPayment(Node& node, RenepayOrder order) : node_(node), order_(std::move(order)) {}

    /// One more caller. Begins, or begins again after a failure; joins one in flight; answers at once if it is paid.
    void serve(const RequestPtr& request);
    /// As an entry of renepaystatus.
    [[nodiscard]] std::string status_json() const;

  private:
    struct Attempt {
        PayerPart part;
        PartKey key;
        Route route;
        [[nodiscard]] std::uint64_t delivers() const { return route.back().amount; }
    };
    using AttemptPtr = std::shared_ptr<Attempt>;

    void later_send_all();
    void choose_group(const Reply& reply);
    void send(const PayerPart& part);
    [[nodiscard]] std::string sendpay_params(const Attempt& attempt) const;
    [[nodiscard]] std::string renesendpay_params(const Attempt& attempt) const;
    [[nodiscard]] std::string sendonion_params(const Attempt& attempt) const;
    void add_texts(std::string& params, std::string_view invoice_name) const;
    void sent(const AttemptPtr& attempt, const Reply& reply);
    void settled(const Row& row);
    void failed(const Attempt& attempt, bool for_good);
    void finish();
    void give_up(int code, const std::string& why);
    void answer_all();
    [[nodiscard]] std::string result_json() const;

    Node& node_;
    RenepayOrder order_;
    enum class State { fresh, pending, complete, failed } state_ = State::fresh;
    std::vector<RequestPtr> callers_;
    std::deque<PayerPart> waiting_;
    std::size_t next_number_ = 0;
    bool gathering_ = false; ///< the parts of waiting_ are sent soon, together
    bool grouped_ = false;   ///< has its group, in versions with one for all attempts
    std::uint64_t groupid_ = 0;
    std::uint64_t next_partid_ = 1;
    std::uint64_t live_sent_ = 0; ///< msat of the parts pending or settled
    std::string preimage_;
    std::string begin_time_;
    int error_code_ = 0;
    std::string error_;
};

/// Random shared_secrets for sendonion, as raw JSON; they are never used.
[[nodiscard]] std::string made_up_secrets(std::size_t hops);

} // namespace standin

// Lightning/DeletePayment by lightningd's `delpay`. LND deletes a payment whole, so both its failed and its settled
// parts go, of all groups of the hash: the failed ones first, because without its settled part a payment would look
// failed, and its invoice could be paid again. What is in flight is refused, as in LND (payments/db/sql_store.go).
#pragma once

#include "lndapi/method.hpp"
#include "lndapi/payment_stream.hpp"
#include "lndapi/rune_check.hpp"
#include "lndapi/unary.hpp"

#include <array>

namespace lndapi {

class DeletePayment final : public Unary {
  public:
    /// Asks whether the caller may call `delpay` with these params, a JSON object.
    using Permit = std::function<void(const Call& call, const std::string& params, RuneCheck::Answer answer)>;

    DeletePayment(Sources sources, rpc::Client& client, http::Exchange& exchange, std::unique_ptr<const Output> output,
                  const Request& request, Permit permit);

    /// The parameters of `delpay`. `status`: of the parts.
    [[nodiscard]] static std::string params(const base::PaymentHash& hash, std::string_view status);
    /// The two values of `status`, in the order of the deletion.
    static constexpr std::array<std::string_view, 2> statuses{"failed", "complete"};

  private:
    void begin_deletion(Reply reply);
    void found(const tl::expected<std::vector<consumer::SnapshotPtr>, consumer::Refusal>& payments);
    /// All steps are permitted before the first one is taken.
    void permit_from(std::size_t step);
    void delete_from(std::size_t step);
    void deleted(std::size_t step, const std::optional<rpc::Error>& error);
    void refuse_with(GrpcCode code, std::string text);
    [[nodiscard]] std::string with_hash(std::string_view text) const;

    Sources sources_;
    rpc::Client& client_;
    std::string hash_bytes_;
    bool failed_htlcs_only_;
    Permit permit_;
    base::PaymentHash hash_;
    Reply reply_;
    std::vector<std::string_view> steps_; // status of the parts to delete
    bool some_deleted_ = false;
};

extern const wire::Message delete_payment_message;

} // namespace lndapi

// lightningd's JSON goes in at the decoders, a subscriber's snapshots come out as lnrpc's JSON. All code in between
// is the plugin's own.
#pragma once

#include "cln/hook.hpp"
#include "cln/notifications.hpp"
#include "cln/payer_call.hpp"
#include "cln/replies.hpp"
#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"
#include "mirror/onion_hops.hpp"
#include "payments/table.hpp"

#include "expected.hpp"
#include "nodes.hpp"

namespace examples {

/// Ends the test when a message could not be decoded.
template <class T>
T understood(cln::Decoded<T> decoded) {
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().text());
    return std::move(*decoded);
}

class Stream final {
  public:
    explicit Stream(std::uint32_t blocks) : height_{blocks} {}

    std::vector<Json> snapshots;

    /// A call shown by the rpc_command hook: the hook request's params, and when it was read.
    void called(const std::string& params, std::int64_t now_ns) {
        const auto call = cln::read_hooked_call(params);
        REQUIRE(call.has_value());
        const unit::Parsed given(call->params);
        if (call->method == "createonion") {
            auto onion = cln::decode_createonion(given);
            REQUIRE(onion.has_value());
            return onions_.created(std::move(*onion), call->caller(), {now_ns});
        }
        auto expected = cln::decode_payer_call(*call, given, height_, {now_ns});
        REQUIRE(expected.has_value());
        if (const auto first = cln::decode_first_hop(given, height_)) {
            auto onion = onions_.take({expected->hash, call->caller(), true, *first, cln::sendonion_amount(given)});
            REQUIRE(onion.has_value());
            expected->route.hops = std::move(onion->hops);
            expected->total = {payments::TotalSource::total_amount, onion->total};
        }
        apply(std::move(*expected));
    }

    /// The answer of listsendpays.
    void listed(const std::string& result) {
        const auto rows = understood(cln::decode_rows(unit::Parsed(result)));
        REQUIRE(rows.errors.empty());
        for (const auto& row : rows.rows)
            apply(payments::PartSeen{row, std::nullopt});
    }

    void sendpay_success(const std::string& params, std::int64_t now_ns) {
        apply(payments::PartSeen{understood(cln::decode_sendpay_success(unit::Parsed(params))), base::UnixNs{now_ns}});
    }

    void sendpay_failure(const std::string& params, std::int64_t now_ns) {
        auto failed = understood(cln::decode_sendpay_failure(unit::Parsed(params)));
        apply(payments::PartFailed{std::move(failed.row), std::move(failed.failure), {now_ns}});
    }

    void pay_part_start(const std::string& params, std::int64_t now_ns) {
        apply(understood(cln::decode_pay_part_start(unit::Parsed(params), {now_ns})));
    }

    void pay_failure(const std::string& params) {
        apply(payments::GivenUp{understood(cln::decode_pay_failure(unit::Parsed(params))), std::nullopt, true});
    }

    /// decode's answer for the payment's invoice.
    void invoice_decoded(const std::string& invoice, const std::string& result) {
        const auto decoded = understood(cln::decode_invoice(unit::Parsed(result)));
        apply(payments::InvoiceDecoded{decoded.hash, invoice, decoded.amount, decoded.payment_secret});
    }

    /// The silence timeout has expired.
    void silence_expired(std::string_view hash, std::uint64_t group) {
        apply(payments::SilenceExpired{{*base::PaymentHash::from_hex(hash), {group}}});
    }

  private:
    void apply(const payments::Event& event) {
        for (const auto* payment : table_.apply(event).updated)
            snapshots.push_back(Json::parse(lnrpc::to_json(lnrpc::to_lnrpc(*payment))));
    }

    cln::ChainHeight height_;
    payments::Table table_{100};
    mirror::OnionHops onions_;
};

} // namespace examples

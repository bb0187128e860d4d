#include "cln/notifications.hpp"

#include "bolt/failure_code.hpp"

namespace cln {

namespace {

/// The object named after the topic. Before v25.09 lightningd put what a plugin emitted into `payload`, and the plugins
/// of those days emitted no such object: the payload is it.
Fields body(const json& params, const char* topic) {
    Fields outer(params, "params");
    if (outer.error())
        return outer;
    const auto* payload = outer.find("payload");
    if (outer.find(topic) || !payload || !payload->is_object())
        return outer.object(topic);
    Fields wrapped(*payload, "params.payload");
    return wrapped.find(topic) ? wrapped.object(topic) : wrapped;
}

payments::Failure decode_failure(Fields& data, std::uint64_t code, std::string_view message) {
    using Kind = payments::Failure::Kind;
    const auto failcode = data.maybe_u64("failcode");
    if (!failcode)
        return {code == 202 || data.find("onionreply") ? Kind::unreadable : Kind::unknown, 0, 0};
    if (*failcode > 0xFFFF) {
        data.refuse("failcode", "more than two bytes");
        return {};
    }
    payments::Failure failure{Kind::wire, static_cast<std::uint16_t>(*failcode), 0};
    const auto index = data.maybe_u64("erring_index").value_or(0);
    if (index > 0xFFFF)
        data.refuse("erring_index", "no route is that long");
    failure.source_index = static_cast<std::uint32_t>(index);
    // A direct peer that could not read the onion answers in plain (update_fail_malformed_htlc): lightningd counts it
    // as hop 1, LND as our own node's finding (htlcswitch/switch.go, parseFailedPayment). What came back encrypted,
    // from a node that passes on its own peer's complaint, is a "reply from remote" (lightningd/pay.c, payment_failed).
    const bool from_afar = message.find("reply from remote") != std::string_view::npos;
    if ((failure.code & bolt::bad_onion) != 0 && failure.source_index == 1 && !from_afar)
        failure.source_index = 0;
    return failure;
}

} // namespace

Decoded<payments::Row> decode_sendpay_success(const json& params) {
    Fields fields = body(params, "sendpay_success");
    if (fields.error())
        return tl::unexpected(*fields.error());
    return decode_row(fields.value(), fields.path());
}

Decoded<SendpayFailure> decode_sendpay_failure(const json& params) {
    Fields fields = body(params, "sendpay_failure");
    const auto code = fields.u64("code");
    const auto message = fields.maybe_string("message").value_or("");
    Fields data = fields.object("data");
    if (fields.error())
        return tl::unexpected(*fields.error());
    const auto failure = decode_failure(data, code, message);
    if (data.error())
        return tl::unexpected(*data.error());
    auto row = decode_row(data.value(), data.path());
    if (!row)
        return tl::unexpected(row.error());
    return SendpayFailure{std::move(*row), failure};
}

Decoded<base::PaymentHash> decode_pay_failure(const json& params) {
    Fields fields = body(params, "pay_failure");
    const auto hash = fields.hash("payment_hash");
    if (fields.error())
        return tl::unexpected(*fields.error());
    return hash;
}

Decoded<payments::PartAnnounced> decode_pay_part_start(const json& params, base::UnixNs seen) {
    Fields fields = body(params, "pay_part_start");
    payments::PartAnnounced announced;
    announced.hash = fields.hash("payment_hash");
    announced.group = base::GroupId{fields.u64("groupid")};
    announced.partid.value = fields.u64("partid");
    announced.payer = payments::Payer::xpay;
    if (const auto total = fields.maybe_msat("total_payment_msat"))
        announced.total = {payments::TotalSource::part_start, *total};
    announced.seen = seen;
    if (fields.error())
        return tl::unexpected(*fields.error());
    return announced;
}

} // namespace cln

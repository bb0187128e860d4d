#include "cln/notifications.hpp"

#include "bolt/failure_code.hpp"
#include "cln/route.hpp"

namespace cln {

namespace {

/// The object named after the topic. Before v25.09 lightningd put a plugin's notification into `payload`. Plugins of
/// those versions sent no named object, so `payload` itself is the object.
Fields body(Value params, std::string_view topic) {
    Fields outer(params, "params");
    if (outer.error())
        return outer;
    if (const auto named = outer.find(topic))
        return {named, outer.path().then(topic)};
    const auto payload = outer.find("payload");
    if (!payload.is_object())
        return outer.object(topic); // with the error that it is missing
    Fields wrapped(payload, Path("params").then("payload"));
    return wrapped.find(topic) ? wrapped.object(topic) : wrapped;
}

constexpr std::uint64_t unreadable_onion = 202;   // PAY_UNPARSEABLE_ONION, common/jsonrpc_errors.h
constexpr std::uint64_t destination_failed = 203; // PAY_DESTINATION_PERM_FAIL, likewise
constexpr std::uint64_t try_other_route = 204;    // PAY_TRY_OTHER_ROUTE, likewise

/// The failing node's message; empty if it is missing, unreadable, or its code is not lightningd's.
base::HeapOptional<bolt::FailureMessage> decode_message(Value hex, std::uint16_t code) {
    const auto bytes = maybe_hex(hex);
    if (!bytes)
        return {};
    auto message = bolt::decode_failure_message(*bytes);
    if (!message || message->code != code)
        return {};
    return base::HeapOptional(std::move(*message));
}

payments::Failure decode_failure(Fields& data, std::uint64_t code, std::string_view message) {
    using Kind = payments::Failure::Kind;
    const auto failcode = data.maybe_u64("failcode");
    if (!failcode) {
        const bool unreadable = code == unreadable_onion || data.find("onionreply");
        // No node reported an error: the part failed before it left our node.
        const auto kind = unreadable ? Kind::unreadable : code == try_other_route ? Kind::local : Kind::unknown;
        return {kind, 0, 0, false, {}};
    }
    if (*failcode > 0xFFFF) {
        data.refuse("failcode", "more than two bytes");
        return {};
    }
    payments::Failure failure{Kind::wire, static_cast<std::uint16_t>(*failcode), 0, code == destination_failed, {}};
    const auto index = data.maybe_u64("erring_index").value_or(0);
    if (index > 0xFFFF)
        data.refuse("erring_index", "not a hop number");
    failure.source_index = static_cast<std::uint32_t>(index);
    // A direct peer that could not read the onion answers unencrypted (update_fail_malformed_htlc). lightningd counts
    // that as hop 1, LND as our own node (htlcswitch/switch.go, parseFailedPayment). An encrypted error, forwarded by
    // the first node for its own peer, is a "reply from remote" (lightningd/pay.c, payment_failed).
    const bool from_afar = message.find("reply from remote") != std::string_view::npos;
    if ((failure.code & bolt::bad_onion) != 0 && failure.source_index == 1 && !from_afar)
        failure.source_index = 0;
    failure.message = decode_message(data.find("raw_message"), failure.code);
    return failure;
}

Decoded<SendpayFailure> decode_failure_object(Fields fields) {
    const auto code = fields.u64("code");
    const auto message = fields.maybe_text("message").value_or("");
    Fields data = fields.object("data");
    if (fields.error())
        return tl::unexpected(*fields.error());
    auto failure = decode_failure(data, code, message);
    if (data.error())
        return tl::unexpected(*data.error());
    auto row = decode_row(data.value(), data.path());
    if (!row)
        return tl::unexpected(row.error());
    return SendpayFailure{std::move(*row), std::move(failure)};
}

} // namespace

Decoded<payments::Row> decode_sendpay_success(Value params, std::string invoice_buffer) {
    Fields fields = body(params, "sendpay_success");
    if (fields.error())
        return tl::unexpected(*fields.error());
    return decode_row(fields.value(), fields.path(), std::move(invoice_buffer));
}

Decoded<SendpayFailure> decode_sendpay_failure(Value params) {
    return decode_failure_object(body(params, "sendpay_failure"));
}

Decoded<SendpayFailure> decode_waitsendpay_error(Value error) {
    return decode_failure_object(Fields(error, "error"));
}

Decoded<base::PaymentHash> decode_pay_failure(Value params) {
    Fields fields = body(params, "pay_failure");
    const auto hash = fields.hash("payment_hash");
    if (fields.error())
        return tl::unexpected(*fields.error());
    return hash;
}

Decoded<payments::ExpectedPart> decode_pay_part_start(Value params, base::UnixNs seen) {
    Fields fields = body(params, "pay_part_start");
    payments::ExpectedPart expected;
    expected.hash = fields.hash("payment_hash");
    expected.group = base::GroupId{fields.u64("groupid")};
    expected.partid.value = fields.u64("partid");
    expected.by.topic = true;
    expected.payer = payments::Payer::xpay;
    const auto total = fields.maybe_msat("total_payment_msat");
    expected.seen = seen;
    if (const auto hops = fields.find("hops")) {
        auto route = decode_xpay_hops(hops);
        if (!route)
            fields.refuse("hops", "a malformed hop");
        expected.route = std::move(route).value_or(payments::Route{});
        for (const auto first : hops.elements()) {
            expected.sent = maybe_amount(first.find("channel_in_msat"));
            break;
        }
    }
    if (total) // sendamount gives the amount that leaves, which is that of the first hop; less arrives
        expected.total = {expected.sent == total ? payments::TotalSource::spent : payments::TotalSource::part_start,
                          *total};
    if (fields.error())
        return tl::unexpected(*fields.error());
    return expected;
}

Decoded<payments::PartEnded> decode_pay_part_end(Value params) {
    Fields fields = body(params, "pay_part_end");
    payments::PartEnded ended;
    ended.key = {fields.hash("payment_hash"), {fields.u64("groupid")}};
    ended.partid.value = fields.u64("partid");
    const auto status = fields.text("status");
    if (status == "failure") {
        auto& report = ended.report.emplace();
        const auto code = fields.maybe_u64("error_code");
        if (code && *code > 0xFFFF)
            fields.refuse("error_code", "more than two bytes");
        if (code)
            report.code = static_cast<std::uint16_t>(*code);
        const auto node = fields.find("failed_node_id");
        report.node = maybe_node(node);
        if (node && !report.node) // else the failure would count as our own node's
            fields.refuse("failed_node_id", "not a node id");
        if (report.code)
            report.message = decode_message(fields.find("failed_msg"), *report.code);
    } else if (status != "success") {
        fields.refuse("status", "an unknown status");
    }
    if (fields.error())
        return tl::unexpected(*fields.error());
    return ended;
}

Decoded<std::uint32_t> decode_block_added(Value params) {
    Fields outer(params, "params");
    // `block` until v23.08, `block_added` since.
    Fields fields = outer.find("block_added") ? outer.object("block_added") : outer.object("block");
    const auto height = fields.u64("height");
    if (height > UINT32_MAX)
        fields.refuse("height", "not a block height");
    if (fields.error())
        return tl::unexpected(*fields.error());
    return static_cast<std::uint32_t>(height);
}

} // namespace cln

// Params of xpay's notification `pay_part_end`.
#include "cln/notifications.hpp"
#include "facts_in_json.hpp"

namespace pay_part_end_target {

namespace {

bool same(const payments::PartEnded& a, const payments::PartEnded& b) {
    const auto report = [](const payments::PartEnded& end) {
        const auto all = end.report.value_or(payments::PartReport{});
        return std::make_tuple(end.report.has_value(), all.code, all.node, all.message);
    };
    return a.key == b.key && a.partid == b.partid && report(a) == report(b);
}

} // namespace

FUZZ_TARGET(pay_part_end) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto end = cln::decode_pay_part_end(fuzz::Nodes(*params));
    const auto* body = fuzz::at(*params, "pay_part_end");
    if (!end) {
        fuzz::check_refusal(end.error());
    } else if (body) {
        fuzz::require(fuzz::is_hex(fuzz::at(*body, "payment_hash"), end->key.hash.hex()), "payment_hash");
        fuzz::require(fuzz::is_number(fuzz::at(*body, "groupid"), end->key.group.value), "groupid");
        fuzz::require(fuzz::is_number(fuzz::at(*body, "partid"), end->partid.value), "partid");
        fuzz::require(*fuzz::at(*body, "status") == (end->report ? "failure" : "success"), "status");
        if (end->report) {
            const auto& report = *end->report;
            const auto* code = fuzz::at(*body, "error_code");
            fuzz::require(code ? report.code && fuzz::is_number(code, *report.code) : !report.code, "error_code");
            // An end without a node means our own: a node that cannot be read must not count as missing.
            const auto* node = fuzz::at(*body, "failed_node_id");
            fuzz::require(node ? report.node && fuzz::is_hex(node, report.node->hex()) : !report.node,
                          "failed_node_id");
            fuzz::require(!report.message || report.message->code == *report.code,
                          "a node's message has the reported code");
        }
    }
    fuzz::check_wrappings(*params, "pay_part_end", cln::decode_pay_part_end, same);
    fuzz::check_forms(fuzz::text_of(data, size), *params, cln::decode_pay_part_end, same);
    return 0;
}

} // namespace pay_part_end_target

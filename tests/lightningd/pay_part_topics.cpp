#include "pay_part_topics.hpp"

#include "failcode.hpp"
#include "payment.hpp"

#include <algorithm>

namespace standin {

namespace {

std::string key_fields(const PartKey& key) {
    return R"("payment_hash":")" + key.hash.hex() + R"(","groupid":)" + std::to_string(key.groupid) + R"(,"partid":)" +
           std::to_string(key.partid);
}

} // namespace

std::string xpay_error_name(const PartFailure& failure) {
    const auto name = failcode_name(failure.failcode);
    return failure.failcode == 0 ? "Garbled" : name.empty() ? wire_name(failure.failcode) : std::string(name);
}

void notify_part_start(Node& node, const XpayAttempt& attempt) {
    if (!node.version.has_pay_part_topics() || !node.plugins.wanted("pay_part_start"))
        return;
    std::string json = R"({"pay_part_start":{)" + key_fields(attempt.key) + R"(,"total_payment_msat":)" +
                       std::to_string(attempt.total) + R"(,"attempt_msat":)" + std::to_string(attempt.amount) +
                       R"(,"hops":[)";
    std::uint64_t in = attempt.route.empty() ? 0 : attempt.route.front().amount;
    Route route = attempt.route;
    // All nodes behind the introduction node of a blinded path are one placeholder hop (recording bolt12_offer).
    if (attempt.blinded && !route.empty())
        route.push_back({"02" + std::string(62, '0') + "01", "0x0x0", 1, attempt.amount, 0});
    for (const Hop& hop : route) {
        json.append(json.back() == '[' ? "{" : ",{").append(R"("next_node":")").append(hop.node);
        json.append(R"(","short_channel_id":")").append(hop.channel);
        json.append(R"(","direction":)").append(std::to_string(hop.direction));
        json.append(R"(,"channel_in_msat":)").append(std::to_string(in));
        json.append(R"(,"channel_out_msat":)").append(std::to_string(hop.amount)).append("}");
        in = hop.amount;
    }
    node.plugins.notify("pay_part_start", xpay_plugin, json + "]}}");
}

void notify_part_end(Node& node, const XpayAttempt& attempt, const PartFailure* failure) {
    if (!node.version.has_pay_part_topics() || !node.plugins.wanted("pay_part_end"))
        return;
    const std::string duration = R"("duration":)" + seconds_since(attempt.begin);
    if (!failure)
        return node.plugins.notify("pay_part_end", xpay_plugin,
                                   R"({"pay_part_end":{"status":"success",)" + duration + "," +
                                       key_fields(attempt.key) + "}}");
    std::string json = R"({"pay_part_end":{"status":"failure",)" + key_fields(attempt.key);
    const bool garbled = failure->failcode == 0;
    if (!garbled)
        json.append(R"(,"failed_msg":")")
            .append(failure->raw_message.empty() ? raw_failure(failure->failcode, attempt.amount, block_height)
                                                 : failure->raw_message)
            .append("\"");
    json.append(",").append(duration);
    if (!garbled) {
        const auto index = std::min(static_cast<std::size_t>(failure->erring_index), attempt.route.size());
        if (index > 0)
            json.append(R"(,"failed_node_id":")").append(attempt.route[index - 1].node).append("\"");
        if (index < attempt.route.size()) {
            json.append(R"(,"failed_short_channel_id":")").append(attempt.route[index].channel);
            json.append(R"(","failed_direction":)").append(std::to_string(attempt.route[index].direction));
        }
        json.append(R"(,"error_code":)").append(std::to_string(failure->failcode));
    }
    json.append(R"(,"error_message":)").append(json::quote(xpay_error_name(*failure)));
    node.plugins.notify("pay_part_end", xpay_plugin, json + "}}");
}

} // namespace standin

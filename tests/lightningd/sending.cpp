#include "sending.hpp"

#include "node.hpp"

namespace standin {

namespace {

constexpr std::string_view in_progress_message = "Monitor status with listpays or waitsendpay";

} // namespace

void answer_in_progress(Request& request, const Row& row) {
    std::string json = R"({"message":")" + std::string(in_progress_message) + "\",";
    append_fields(json, row);
    succeed(request, json + "}");
}

const Invoice& without_invoice(Node& node, const std::string& label, std::uint64_t msat) {
    Invoice invoice;
    invoice.label = label;
    invoice.amount = msat;
    invoice.created_at = node.now();
    const auto& known = node.invoices.add(std::move(invoice));
    node.journal.invoice(known);
    return known;
}

bool stopped_by_earlier(Node& node, Request& request, const SendSpec& spec) {
    const auto outcome = check_progress(node.ledger, spec);
    if (outcome.error) {
        fail(request, outcome.error->code, outcome.error->message);
        return true;
    }
    if (outcome.pending) {
        answer_in_progress(request, *outcome.pending);
        return true;
    }
    if (!outcome.complete)
        return false;
    succeed(request, row_json(*outcome.complete));
    return true;
}

void no_first_peer(Request& request) {
    fail(request, 204, "No connection to first peer found",
         R"({"erring_index":0,"failcode":16394,"failcodename":"WIRE_UNKNOWN_NEXT_PEER","erring_node":")" +
             std::string(our_node) + "\"}");
}

bool refused(Request& request, const Plan& plan, const std::string& channel, std::string_view peer) {
    const Outcome& outcome = plan.outcome;
    if (outcome.what == Outcome::Do::peer_away) {
        // No members of a row (recording sendpay_refused_then_other_route).
        fail(request, 204, "failed: WIRE_TEMPORARY_CHANNEL_FAILURE (First peer not ready)",
             R"({"erring_index":0,"failcode":4103,"failcodename":"WIRE_TEMPORARY_CHANNEL_FAILURE","erring_node":")" +
                 std::string(our_node) + R"(","erring_channel":")" + channel + R"(","erring_direction":)" +
                 std::to_string(direction_between(our_node, peer)) + "}");
        return true;
    }
    if (outcome.what != Outcome::Do::refuse)
        return false;
    fail(request, outcome.code, outcome.message.empty() ? "refused by the scenario" : outcome.message);
    return true;
}

void accept_msatoshi(const Node& node, Request& request) {
    auto* old = request.given.find("msatoshi");
    if (node.version.takes_msatoshi() && old && !request.given.find("amount_msat"))
        old->name = "amount_msat";
}

} // namespace standin

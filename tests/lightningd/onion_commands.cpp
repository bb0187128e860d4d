// createonion, sendonion, injectpaymentonion (lightningd/pay.c; src/cln/README.md). Onions are random bytes, which no
// node opens.
#include "args.hpp"
#include "entropy.hpp"
#include "node.hpp"
#include "sending.hpp"

namespace standin {

namespace {

constexpr std::size_t onion_hex_size = 2 * 1366;

void createonion(Node&, const RequestPtr& request) {
    Args args(*request, {{"hops", true}, {"assocdata", true}, {"session_key"}, {"onion_size"}});
    const auto* hops = args.find("hops");
    if (hops && (!hops->is_array() || hops->empty()))
        args.refuse("hops", "should be an array of hops");
    (void)args.hex("assocdata");
    (void)args.secret("session_key");
    if (args.refused(*request))
        return;
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"createonion"})");
    std::string object = R"({"onion":"0003)" + random_hex(1364) + R"(","shared_secrets":[)";
    for (std::size_t i = 0; i < hops->size(); ++i)
        object.append(i ? ",\"" : "\"").append(random_hex(32)).append("\"");
    succeed(*request, object + "]}");
}

void sendonion(Node& node, const RequestPtr& request) {
    accept_msatoshi(node, *request);
    std::vector<Param> known = {{"onion", true},   {"first_hop", true}, {"payment_hash", true},
                                {"label"},         {"shared_secrets"},  {"partid"},
                                {"bolt11"},        {"amount_msat"},     {"destination"},
                                {"localinvreqid"}, {"groupid"},         {"description"}};
    if (node.version.sendonion_has_total())
        known.push_back({"total_amount_msat"});
    Args args(*request, std::move(known));
    const auto onion = args.hex("onion");
    const auto* first_hop = args.find("first_hop");
    if (first_hop && (!first_hop->is_object() || !first_hop->contains("id") || !first_hop->contains("amount_msat")))
        args.refuse("first_hop", "should be an object with id, amount_msat and delay");
    const auto* secrets = args.find("shared_secrets");
    const auto hash = args.hash("payment_hash");
    const auto groupid = args.u64("groupid");
    SendSpec spec;
    spec.key.partid = args.u64("partid").value_or(0);
    spec.amount = args.msat("amount_msat").value_or(0);
    if (node.version.sendonion_has_total())
        spec.total = args.msat("total_amount_msat").value_or(0);
    spec.destination = args.hex("destination", "should be a node id").value_or("");
    spec.extra.label = args.plain_string("label").value_or("");
    spec.extra.invstring = args.string("bolt11").value_or("");
    spec.extra.description = args.plain_string("description").value_or("");
    if (args.refused(*request))
        return;
    if (onion->size() != onion_hex_size || !onion->starts_with("00"))
        return fail(*request, rpc::invalid_params, "Could not parse the onion. Parsing failed with failcode=49156");
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"sendonion"})");
    spec.key.hash = *hash;
    spec.key.groupid = groupid.value_or(node.ledger.last_groupid(*hash) + 1);
    const auto& sent = (*first_hop)["amount_msat"];
    spec.sent = sent.is_number_unsigned() ? sent.get<std::uint64_t>() : 0;
    spec.extra.sent_by = secrets && !secrets->empty() ? SentBy::sendonion : SentBy::sendonion_blind;
    spec.extra.hops = secrets ? secrets->size() : 1;
    if (stopped_by_earlier(node, *request, spec))
        return;
    const auto text = [&](const char* name) {
        const auto at = first_hop->find(name);
        return at != first_hop->end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    const std::string peer = text("id");
    if (!is_peer(peer))
        return no_first_peer(*request);
    const Plan plan = node.sendpays.take_plan(spec.key);
    if (!refused(*request, plan, text("channel"), peer))
        answer_in_progress(*request, node.sendpays.send(std::move(spec), plan));
}

void injectpaymentonion(Node& node, const RequestPtr& request) {
    const Version& version = node.version;
    std::vector<Param> known = {{"onion", true},  {"payment_hash", true}, {"amount_msat", true}, {"cltv_expiry", true},
                                {"partid", true}, {"groupid", true},      {"blinding"},          {"label"},
                                {"invstring"},    {"localinvreqid"}};
    if (version.injected_rows_are_whole())
        known.push_back({"destination_msat"});
    if (version.injects_destination())
        known.push_back({"destination"});
    Args args(*request, std::move(known));
    const auto onion = args.hex("onion");
    const auto hash = args.hash("payment_hash");
    const auto sent = args.msat("amount_msat");
    (void)args.u64("cltv_expiry");
    const auto partid = args.u64("partid");
    if (partid == 0U)
        args.refuse("partid", "Must be non-zero");
    const auto groupid = args.u64("groupid");
    SendSpec spec;
    spec.extra.label = args.plain_string("label").value_or("");
    spec.extra.invstring = args.string("invstring").value_or("");
    if (version.injected_rows_are_whole())
        spec.amount = args.msat("destination_msat").value_or(0);
    if (version.injects_destination())
        spec.destination = args.hex("destination", "should be a node id").value_or("");
    if (args.refused(*request))
        return;
    spec.key = {*hash, *groupid, *partid};
    spec.sent = *sent;
    spec.extra.sent_by = SentBy::injectpaymentonion;
    const auto outcome = check_progress(node.ledger, spec);
    if (outcome.error)
        return fail(*request, outcome.error->code, outcome.error->message);
    if (outcome.pending)
        return answer_in_progress(*request, *outcome.pending);
    if (outcome.complete)
        return fail(*request, 219, "Already paid this invoice", row_json(*outcome.complete));
    if (onion->size() != onion_hex_size)
        return fail(*request, rpc::invalid_params, "onion must be 1366 bytes long");
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"injectpaymentonion"})");
    const Invoice* invoice = spec.extra.invstring.empty() ? nullptr : node.invoices.by_text(spec.extra.invstring);
    if (spec.destination.empty() && invoice && version.injected_rows_are_whole())
        spec.destination = invoice->to_self ? our_node : payee_node;
    const Plan plan = node.sendpays.take_plan(spec.key);
    if (refused(*request, plan, plan.route.empty() ? "" : plan.route.front().channel,
                plan.route.empty() ? our_node : std::string_view(plan.route.front().node)))
        return;
    spec.extra.hops = plan.route.empty() ? 2 : plan.route.size();
    const Row& row = node.sendpays.send(std::move(spec), plan);
    node.sendpays.when_done(row, [request](const Row& ended, const Sendpays::Failure& failure) {
        if (!failure)
            return succeed(*request, R"({"created_index":)" + std::to_string(ended.created_index) +
                                         R"(,"created_at":)" + std::to_string(ended.created_at) +
                                         R"(,"completed_at":)" + std::to_string(ended.completed_at) +
                                         R"(,"payment_preimage":")" + ended.preimage.hex() + "\"}");
        request->failure = failure;
        const std::string onionreply = failure->onionreply.empty() ? random_hex(292) : failure->onionreply;
        fail(*request, 218, failure_message(*failure), R"({"onionreply":")" + onionreply + "\"}");
    });
}

} // namespace

void add_onion_commands(Node& node) {
    const auto add = [&node](const char* name, const char* usage, auto command) {
        node.commands.add(
            name, usage, [&node, command](const RequestPtr& request) { command(node, request); }, true);
    };
    add("createonion", "hops assocdata [session_key] [onion_size]", createonion);
    add("sendonion",
        "onion first_hop payment_hash [label] [shared_secrets] [partid] [bolt11] [amount_msat] [destination] "
        "[localinvreqid] [groupid] [description] [total_amount_msat]",
        sendonion);
    if (!node.version.has_xpay())
        return;
    add("injectpaymentonion",
        "onion payment_hash amount_msat cltv_expiry partid groupid [blinding] [label] [invstring] "
        "[localinvreqid] [destination_msat] [destination]",
        injectpaymentonion);
}

} // namespace standin

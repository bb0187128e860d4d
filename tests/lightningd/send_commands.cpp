// sendpay, createonion, sendonion, injectpaymentonion: the commands that carry a route and make a row (lightningd/pay.c,
// core-lightning.md 3.1, 3.10). The checks are those a caller can run into by hand.
#include "args.hpp"
#include "entropy.hpp"
#include "node.hpp"
#include "progress.hpp"

#include <algorithm>

namespace standin {

namespace {

constexpr std::size_t onion_hex_size = 2 * 1366;
constexpr std::string_view in_progress_message = "Monitor status with listpays or waitsendpay";

void answer_in_progress(Request& request, const Row& row)
{
    std::string json = R"({"message":")" + std::string(in_progress_message) + "\",";
    append_fields(json, row);
    succeed(request, json + "}");
}

/// True when the command was answered: earlier attempts forbid it or have done it already.
bool stopped_by_earlier(Node& node, Request& request, const SendSpec& spec)
{
    const auto verdict = check_progress(node.ledger, spec);
    if (verdict.error) {
        fail(request, verdict.error->code, verdict.error->message);
        return true;
    }
    if (verdict.pending) {
        answer_in_progress(request, *verdict.pending);
        return true;
    }
    if (!verdict.complete)
        return false;
    succeed(request, row_json(*verdict.complete));
    return true;
}

void no_first_peer(Request& request)
{
    fail(request, 204, "No connection to first peer found",
         R"({"erring_index":0,"failcode":16394,"failcodename":"WIRE_UNKNOWN_NEXT_PEER","erring_node":")" + std::string(our_node) +
             "\"}");
}

/// The scenario may refuse the command itself. True when it did.
bool refused(Request& request, const Plan& plan)
{
    if (plan.outcome.what != Outcome::Do::refuse)
        return false;
    fail(request, plan.outcome.code, plan.outcome.message.empty() ? "refused by the scenario" : plan.outcome.message);
    return true;
}

/// One entry of sendpay's route, in either spelling; the newer one wins (v26.06).
struct RouteEntry {
    std::string node;
    std::string channel;
    std::optional<std::uint64_t> amount;
};

RouteEntry read_entry(const rpc::json& entry)
{
    const auto text = [&](const char* name) {
        const auto at = entry.find(name);
        return at != entry.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    const auto amount = [&](const char* name) -> std::optional<std::uint64_t> {
        const auto at = entry.find(name);
        return at != entry.end() && at->is_number_unsigned() ? std::optional(at->get<std::uint64_t>()) : std::nullopt;
    };
    RouteEntry read{text("node_id_out"), text("short_channel_id_dir"), amount("amount_out_msat")};
    if (read.node.empty())
        read.node = text("id");
    read.channel = read.channel.empty() ? text("channel") : read.channel.substr(0, read.channel.find('/'));
    if (!read.amount)
        read.amount = amount("amount_msat");
    return read;
}

bool read_route(Request& request, const rpc::json& route, RowExtra& extra, std::vector<std::uint64_t>& amounts)
{
    std::string from(our_node);
    for (const auto& value : route) {
        const RouteEntry entry = value.is_object() ? read_entry(value) : RouteEntry{};
        if (entry.node.empty() || entry.channel.empty() || !entry.amount) {
            const char* missing = entry.node.empty() ? "id" : entry.channel.empty() ? "channel" : "amount_msat";
            fail(request, rpc::invalid_params,
                 "route[" + std::to_string(amounts.size()) + "]: missing " + missing + ": invalid token '" + rpc::dump(value) + "'");
            return false;
        }
        extra.nodes.push_back(entry.node);
        extra.channels.push_back(entry.channel);
        extra.directions.push_back(direction_between(from, entry.node));
        amounts.push_back(*entry.amount);
        from = entry.node;
    }
    extra.hops = extra.nodes.size();
    return true;
}

void self_payment(Node& node, const RequestPtr& request, SendSpec spec)
{
    const Invoice* invoice = node.invoices.by_hash(spec.key.hash);
    spec.destination = our_node;
    spec.sent = spec.amount;
    spec.extra.hops = 0;
    Plan plan = node.sendpays.take_plan(spec.key);
    if (!invoice || !invoice->to_self) {
        plan.outcome.what = Outcome::Do::local_fail;
        plan.outcome.failcode = 0x400f;
        plan.outcome.message = "Unknown invoice " + spec.key.hash.hex();
    }
    const auto hash = spec.key.hash;
    const Row& row = node.sendpays.send(std::move(spec), plan);
    // Answered at its end, unlike any other sendpay (observed, self_payment).
    node.sendpays.when_done(row, [request, hash](const Row& ended, const Sendpays::Failure& failure) {
        if (!failure)
            return succeed(*request, row_json(ended));
        std::string data = "{";
        append_fields(data, ended, true);
        append_failure(data, *failure);
        fail(*request, 203, "Unknown invoice " + hash.hex(), data + "}");
    });
}

void sendpay(Node& node, const RequestPtr& request)
{
    Args args(*request, {{"route", true}, {"payment_hash", true}, {"label"}, {"amount_msat"}, {"bolt11"}, {"payment_secret"},
                         {"partid"}, {"localinvreqid"}, {"groupid"}, {"payment_metadata"}, {"description"}});
    const auto* route = args.find("route");
    if (route && !route->is_array())
        args.refuse("route", "should be an array");
    const auto hash = args.hash("payment_hash");
    const auto msat = args.msat("amount_msat");
    const auto secret = args.hex("payment_secret", "should be a 32 byte hex value");
    const auto groupid = args.u64("groupid");
    SendSpec spec;
    spec.key.partid = args.u64("partid").value_or(0);
    spec.extra.label = args.plain_string("label").value_or("");
    spec.extra.invstring = args.string("bolt11").value_or("");
    spec.extra.description = args.plain_string("description").value_or("");
    if (args.refused(*request))
        return;
    const auto refuse = [&](const std::string& why) { fail(*request, rpc::invalid_params, why); };
    if (spec.key.partid && !msat)
        return refuse("Must specify msatoshi with partid");
    spec.key.hash = *hash;
    spec.key.groupid = groupid.value_or(node.ledger.last_groupid(*hash) + 1);
    std::vector<std::uint64_t> amounts;
    if (!read_route(*request, *route, spec.extra, amounts))
        return;
    if (amounts.empty()) {
        if (!msat || spec.key.partid)
            return refuse(!msat ? "Self-payment requires amount_msat" : "Self-payment does not allow (non-zero) partid");
        spec.amount = spec.total = *msat;
        return self_payment(node, request, std::move(spec)); // not compared with earlier attempts
    }
    spec.amount = amounts.back();
    if (msat && !spec.key.partid && *msat != spec.amount)
        return refuse("Do not specify msatoshi (" + std::to_string(*msat) + "msat) without partid: if you do, it must be exactly "
                      "the final amount (" + std::to_string(spec.amount) + "msat)");
    if (spec.key.partid && spec.amount > *msat)
        return refuse("Final amount " + std::to_string(spec.amount) + "msat is greater than " + std::to_string(*msat) +
                      "msat, despite MPP");
    if (spec.key.partid && !secret)
        return refuse("partid requires payment_secret");
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"sendpay"})");
    spec.sent = amounts.front();
    spec.total = msat.value_or(spec.amount);
    spec.destination = spec.extra.nodes.back();
    if (stopped_by_earlier(node, *request, spec))
        return;
    if (!is_peer(spec.extra.nodes.front()))
        return no_first_peer(*request);
    const Plan plan = node.sendpays.take_plan(spec.key);
    if (!refused(*request, plan))
        answer_in_progress(*request, node.sendpays.send(std::move(spec), plan));
}

void createonion(Node&, const RequestPtr& request)
{
    Args args(*request, {{"hops", true}, {"assocdata", true}, {"session_key"}, {"onion_size"}});
    const auto* hops = args.find("hops");
    if (hops && (!hops->is_array() || hops->empty()))
        args.refuse("hops", "should be an array of hops");
    (void)args.hex("assocdata");
    (void)args.hex("session_key", "should be a 32 byte hex value");
    if (args.refused(*request))
        return;
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"createonion"})");
    std::string json = R"({"onion":"0003)" + random_hex(1364) + R"(","shared_secrets":[)";
    for (std::size_t i = 0; i < hops->size(); ++i)
        json.append(i ? ",\"" : "\"").append(random_hex(32)).append("\"");
    succeed(*request, json + "]}");
}

void sendonion(Node& node, const RequestPtr& request)
{
    Args args(*request, {{"onion", true}, {"first_hop", true}, {"payment_hash", true}, {"label"}, {"shared_secrets"}, {"partid"},
                         {"bolt11"}, {"amount_msat"}, {"destination"}, {"localinvreqid"}, {"groupid"}, {"description"},
                         {"total_amount_msat"}});
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
    if (!(*first_hop)["id"].is_string() || !is_peer((*first_hop)["id"].get<std::string>()))
        return no_first_peer(*request);
    const Plan plan = node.sendpays.take_plan(spec.key);
    if (!refused(*request, plan))
        answer_in_progress(*request, node.sendpays.send(std::move(spec), plan));
}

void injectpaymentonion(Node& node, const RequestPtr& request)
{
    Args args(*request, {{"onion", true}, {"payment_hash", true}, {"amount_msat", true}, {"cltv_expiry", true}, {"partid", true},
                         {"groupid", true}, {"blinding"}, {"label"}, {"invstring"}, {"localinvreqid"}, {"destination_msat"},
                         {"destination"}});
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
    spec.amount = args.msat("destination_msat").value_or(0);
    spec.destination = args.hex("destination", "should be a node id").value_or("");
    if (args.refused(*request))
        return;
    spec.key = {*hash, *groupid, *partid};
    spec.sent = *sent;
    spec.extra.sent_by = SentBy::injectpaymentonion;
    const auto verdict = check_progress(node.ledger, spec);
    if (verdict.error)
        return fail(*request, verdict.error->code, verdict.error->message);
    if (verdict.pending)
        return answer_in_progress(*request, *verdict.pending);
    if (verdict.complete)
        return fail(*request, 219, "Already paid this invoice", row_json(*verdict.complete));
    if (onion->size() != onion_hex_size)
        return fail(*request, rpc::invalid_params, "onion must be 1366 bytes long");
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"injectpaymentonion"})");
    const Invoice* invoice = spec.extra.invstring.empty() ? nullptr : node.invoices.by_text(spec.extra.invstring);
    if (spec.destination.empty() && invoice)
        spec.destination = invoice->to_self ? our_node : payee_node;
    const Plan plan = node.sendpays.take_plan(spec.key);
    if (refused(*request, plan))
        return;
    spec.extra.hops = plan.route.empty() ? 2 : plan.route.size();
    const Row& row = node.sendpays.send(std::move(spec), plan);
    node.sendpays.when_done(row, [request](const Row& ended, const Sendpays::Failure& failure) {
        if (!failure)
            return succeed(*request, R"({"created_index":)" + std::to_string(ended.created_index) + R"(,"created_at":)" +
                                         std::to_string(ended.created_at) + R"(,"completed_at":)" +
                                         std::to_string(ended.completed_at) + R"(,"payment_preimage":")" + ended.preimage.hex() +
                                         "\"}");
        request->failure = failure;
        const std::string onionreply = failure->onionreply.empty() ? random_hex(292) : failure->onionreply;
        fail(*request, 218, failure_message(*failure), R"({"onionreply":")" + onionreply + "\"}");
    });
}

} // namespace

void add_send_commands(Node& node)
{
    const auto add = [&node](const char* name, const char* usage, auto command) {
        node.commands.add(name, usage, [&node, command](const RequestPtr& request) { command(node, request); }, true);
    };
    add("sendpay", "route payment_hash [label] [amount_msat] [bolt11] [payment_secret] [partid] [localinvreqid] [groupid] "
                   "[payment_metadata] [description]", sendpay);
    add("createonion", "hops assocdata [session_key] [onion_size]", createonion);
    add("sendonion", "onion first_hop payment_hash [label] [shared_secrets] [partid] [bolt11] [amount_msat] [destination] "
                     "[localinvreqid] [groupid] [description] [total_amount_msat]", sendonion);
    add("injectpaymentonion", "onion payment_hash amount_msat cltv_expiry partid groupid [blinding] [label] [invstring] "
                              "[localinvreqid] [destination_msat] [destination]", injectpaymentonion);
}

} // namespace standin

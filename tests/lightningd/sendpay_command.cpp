// sendpay, createonion, sendonion, injectpaymentonion: the commands that carry a route and make a row
// (lightningd/pay.c; src/cln/README.md, "Calls that make parts"). It has the checks that a manual call can fail.
#include "args.hpp"
#include "node.hpp"
#include "sending.hpp"

#include <algorithm>

namespace standin {

namespace {

/// One entry of sendpay's route, with the member names of its version; the newest wins.
struct RouteEntry {
    std::string node;
    std::string channel;
    std::optional<std::uint64_t> amount;
};

RouteEntry read_entry(const json::Tree& entry, const Version& version) {
    const auto text = [&](const char* name) {
        const auto at = entry.find(name);
        return at != entry.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    const auto amount = [&](const char* name) -> std::optional<std::uint64_t> {
        const auto at = entry.find(name);
        return at != entry.end() && at->is_number_unsigned() ? std::optional(at->get<std::uint64_t>()) : std::nullopt;
    };
    RouteEntry read;
    if (version.sendpay_takes_getroutes())
        read = {text("node_id_out"), text("short_channel_id_dir"), amount("amount_out_msat")};
    if (read.node.empty())
        read.node = text("id");
    read.channel = read.channel.empty() ? text("channel") : read.channel.substr(0, read.channel.find('/'));
    if (!read.amount)
        read.amount = amount("amount_msat");
    if (!read.amount && version.takes_msatoshi())
        read.amount = amount("msatoshi");
    return read;
}

bool read_route(const Version& version, Request& request, const json::Tree& route, RowExtra& extra,
                std::vector<std::uint64_t>& amounts) {
    std::string from(our_node);
    for (const auto& value : route) {
        const RouteEntry entry = value.is_object() ? read_entry(value, version) : RouteEntry{};
        if (entry.node.empty() || entry.channel.empty() || !entry.amount) {
            const char* missing = entry.channel.empty() ? "short_channel_id_dir or channel"
                                  : entry.node.empty()  ? "node_id_out or id"
                                                        : "amount_out_msat or amount_msat";
            fail(request, rpc::invalid_params,
                 std::string("route: must have either ") + missing + ": invalid token '" + json::dump(value) + "'");
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

void self_payment(Node& node, const RequestPtr& request, SendSpec spec) {
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
    // Answered at its end, unlike other sendpays (recording self_payment).
    node.sendpays.when_done(row, [request, hash](const Row& ended, const Sendpays::Failure& failure) {
        if (!failure)
            return succeed(*request, row_json(ended));
        std::string data = "{";
        append_fields(data, ended, true);
        append_failure(data, *failure);
        fail(*request, 203, "Unknown invoice " + hash.hex(), data + "}");
    });
}

void sendpay(Node& node, const RequestPtr& request) {
    accept_msatoshi(node, *request);
    Args args(*request, {{"route", true},
                         {"payment_hash", true},
                         {"label"},
                         {"amount_msat"},
                         {"bolt11"},
                         {"payment_secret"},
                         {"partid"},
                         {"localinvreqid"},
                         {"groupid"},
                         {"payment_metadata"},
                         {"description"}});
    const auto* route = args.find("route");
    if (route && !route->is_array())
        args.refuse("route", "must be an array");
    const auto hash = args.hash("payment_hash");
    const auto msat = args.msat("amount_msat");
    const auto secret = args.secret("payment_secret");
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
    if (!read_route(node.version, *request, *route, spec.extra, amounts))
        return;
    if (amounts.empty()) {
        if (!msat || spec.key.partid)
            return refuse(!msat ? "Self-payment requires amount_msat"
                                : "Self-payment does not allow (non-zero) partid");
        spec.amount = spec.total = *msat;
        return self_payment(node, request, std::move(spec)); // not compared with earlier attempts
    }
    spec.amount = amounts.back();
    if (msat && !spec.key.partid && *msat != spec.amount)
        return refuse("Do not specify msatoshi (" + std::to_string(*msat) +
                      "msat) without partid: if you do, it must be exactly "
                      "the final amount (" +
                      std::to_string(spec.amount) + "msat)");
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
    if (!refused(*request, plan, spec.extra.channels.front(), spec.extra.nodes.front()))
        answer_in_progress(*request, node.sendpays.send(std::move(spec), plan));
}

} // namespace

void add_sendpay(Node& node) {
    node.commands.add(
        "sendpay",
        "route payment_hash [label] [amount_msat] [bolt11] [payment_secret] [partid] [localinvreqid] [groupid] "
        "[payment_metadata] [description]",
        [&node](const RequestPtr& request) { sendpay(node, request); }, true);
}

} // namespace standin

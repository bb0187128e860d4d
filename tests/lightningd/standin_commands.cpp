// Commands that lightningd does not have: scenario, release, standin-rows, standin-fault. See README.md.
#include "args.hpp"
#include "node.hpp"
#include "row_import.hpp"

namespace standin {

namespace {

/// One entry, an array of entries, or `{"invoices": […], "payments": […]}`.
void scenario(Node& node, const RequestPtr& request) {
    const json::Tree& params = request->params;
    json::Tree entries = json::Tree::array();
    if (params.is_array())
        entries = params;
    else if (params.contains("payments") || params.contains("invoices"))
        entries = params.value("payments", json::Tree::array());
    else
        entries.push_back(params);
    if (params.is_object())
        for (const auto& wanted : params.value("invoices", json::Tree::array())) {
            Invoice invoice;
            invoice.label = wanted.value("label", "");
            invoice.description = wanted.value("description", "");
            invoice.amount = wanted.value("amount_msat", std::uint64_t{0});
            invoice.bolt12 = wanted.value("bolt12", false);
            invoice.created_at = node.now();
            if (const auto preimage = base::Preimage::from_hex(wanted.value("preimage", "")))
                invoice.preimage = *preimage;
            node.journal.invoice(node.invoices.add(std::move(invoice)));
        }
    for (const auto& entry : entries)
        if (const auto added = node.scenario.add(entry); !added)
            return fail(*request, rpc::invalid_params, "scenario: " + added.error());
    succeed(*request, R"({"entries":)" + std::to_string(entries.size()) + "}");
}

void release(Node& node, const RequestPtr& request) {
    Args args(*request, {{"payment_hash", true}, {"outcome", true}, {"partid"}});
    const auto hash = args.hash("payment_hash");
    const auto partid = args.u64("partid");
    const auto* wanted = args.find("outcome");
    const auto outcome = wanted ? read_outcome(*wanted) : tl::expected<Outcome, std::string>(Outcome{});
    if (!outcome)
        args.refuse("outcome", outcome.error());
    if (args.refused(*request))
        return;
    Outcome ending = *outcome;
    if (wanted->is_string() && *wanted == "fail")
        ending.failcode = 0x400f; // a payee that held the part and rejects it
    succeed(*request, R"({"released":)" + std::to_string(node.sendpays.release(*hash, partid, ending)) + "}");
}

void rows(Node& node, const RequestPtr& request) {
    Args args(*request, {{"rows", true}, {"deleted"}});
    const auto* list = args.find("rows");
    const auto deleted = args.u64("deleted");
    if (list && !list->is_array())
        args.refuse("rows", "should be an array");
    if (args.refused(*request))
        return;
    for (const auto& fields : *list) {
        auto row = read_row(fields);
        if (!row)
            return fail(*request, rpc::invalid_params, "rows: not a row");
        if (row->created_index && row->created_index <= node.ledger.counter(Index::created))
            return fail(*request, rpc::invalid_params, "rows: created_index has been used");
        node.ledger.place_updated(node.ledger.add(std::move(*row)));
    }
    if (deleted)
        node.ledger.set_counter(Index::deleted, *deleted);
    succeed(*request, R"({"created":)" + std::to_string(node.ledger.counter(Index::created)) + R"(,"updated":)" +
                          std::to_string(node.ledger.counter(Index::updated)) + R"(,"deleted":)" +
                          std::to_string(node.ledger.counter(Index::deleted)) + "}");
}

void fault(Node& node, const RequestPtr& request) {
    Args args(*request, {{"fault", true}, {"plugin"}, {"method"}, {"ms"}, {"after"}});
    const auto what = args.string("fault").value_or("");
    const auto name = args.string("plugin").value_or("");
    const auto method = args.string("method").value_or("");
    const std::chrono::milliseconds ms(args.u64("ms").value_or(1000));
    const auto after = args.u64("after").value_or(0);
    if (args.refused(*request))
        return;
    if (what == "stop-reading" || what == "resume-reading") {
        Plugin* plugin = node.plugins.find(name);
        if (!plugin)
            return fail(*request, rpc::invalid_params, "Could not find plugin " + name);
        plugin->pause_reading(what == "stop-reading");
        if (what == "stop-reading")
            node.schedule.after(ms, [&node, plugin] {
                if (node.plugins.alive(plugin))
                    plugin->pause_reading(false);
            });
    } else if (what == "refuse-connections") {
        node.socket.stop_listening();
    } else if (what == "take-connections") {
        (void)node.socket.listen(node.rpc_path());
    } else if (what == "hang") {
        node.commands.hanging[method].spared = after;
    } else if (what == "unhang") {
        const auto held = node.commands.hanging.extract(method);
        if (!held.empty())
            for (const auto& waiting : held.mapped().requests)
                node.commands.run(waiting);
    } else if (what == "close-connections") {
        // The caller's own connection is closed too, after its answer.
        node.schedule.after(std::chrono::milliseconds(20), [&node] { node.socket.close_all(); });
    } else if (what == "garbage") {
        node.schedule.later([&node] { node.socket.inject("no JSON at all }{ \x01\n\n"); });
    } else {
        return fail(*request, rpc::invalid_params, "fault: unknown: invalid token '" + json::quote(what) + "'");
    }
    succeed(*request, R"({"fault":)" + json::quote(what) + "}");
}

} // namespace

void add_standin_commands(Node& node) {
    const auto add = [&node](const char* name, const char* usage, auto command) {
        node.commands.add(name, usage, [&node, command](const RequestPtr& request) { command(node, request); });
    };
    add("scenario",
        "label|payment_hash|default [parts] [outcomes] [payer_error] [mpp_timeout_ms] [think_ms] [forget_ms]",
        scenario);
    add("release", "payment_hash outcome [partid]", release);
    add("standin-rows", "rows [deleted]", rows);
    add("standin-fault", "fault [plugin] [method] [ms] [after]", fault);
}

} // namespace standin

// The commands of plugins pay and keysend: their checks; legacy_payment does the rest.
#include "args.hpp"
#include "legacy_payment.hpp"
#include "sending.hpp"

namespace standin {

namespace {

void pay(Node& node, const RequestPtr& request) {
    Args args(*request, {{"bolt11", true},
                         {"amount_msat"},
                         {"label"},
                         {"riskfactor"},
                         {"maxfeepercent"},
                         {"retry_for"},
                         {"maxdelay"},
                         {"exemptfee"},
                         {"localinvreqid"},
                         {"exclude"},
                         {"maxfee"},
                         {"description"},
                         {"partial_msat"}});
    const auto text = args.string("bolt11");
    const auto msat = args.msat("amount_msat");
    const auto label = args.string("label").value_or("");
    const auto description = args.string("description").value_or("");
    if (args.refused(*request))
        return;
    const Invoice* invoice = node.invoices.by_text(*text);
    if (!invoice)
        return fail(*request, rpc::invalid_params, "Invalid bolt11: Bad bech32 string");
    if (node.now() > invoice->created_at + invoice->expiry)
        return fail(*request, 207, "Invoice expired");
    if ((invoice->amount == 0) != msat.has_value())
        return fail(*request, rpc::invalid_params,
                    msat ? "amount_msat parameter unnecessary" : "amount_msat parameter required");
    begin_legacy_payment(node, request, {*invoice, msat.value_or(invoice->amount), label, description, "pay"});
}

void keysend(Node& node, const RequestPtr& request) {
    Args args(*request, {{"destination", true},
                         {"amount_msat", true},
                         {"label"},
                         {"maxfeepercent"},
                         {"retry_for"},
                         {"maxdelay"},
                         {"exemptfee"},
                         {"routehints"},
                         {"extratlvs"},
                         {"maxfee"}});
    (void)args.hex("destination", "should be a node id");
    const auto msat = args.msat("amount_msat");
    const auto label = args.string("label").value_or("");
    if (args.refused(*request))
        return;
    const auto& known = without_invoice(node, label, *msat);
    begin_legacy_payment(node, request, {known, *msat, label, "", "keysend"});
}

} // namespace

void add_legacy_pay(Node& node) {
    node.commands.add_inner(
        "pay", "pay",
        "bolt11 [amount_msat] [label] [riskfactor] [maxfeepercent] [retry_for] [maxdelay] [exemptfee] "
        "[localinvreqid] [exclude] [maxfee] [description] [partial_msat]",
        [&node](const RequestPtr& request) { pay(node, request); });
    node.commands.add_inner("keysend", "keysend",
                            "destination amount_msat [label] [maxfeepercent] [retry_for] [maxdelay] [exemptfee] "
                            "[routehints] [extratlvs]",
                            [&node](const RequestPtr& request) { keysend(node, request); });
}

} // namespace standin

// The commands of plugin cln-xpay: xpay, xpay-as-pay (a redirected `pay`), sendamount, xkeysend. Their checks;
// xpay_payment does the rest.
#include "args.hpp"
#include "sending.hpp"
#include "xpay_payment.hpp"

namespace standin {

namespace {

using Kind = XpayOrder::Kind;

struct Wish {
    Kind kind = Kind::xpay;
    std::string text;
    std::optional<std::uint64_t> msat;
    std::optional<std::uint64_t> partial;
    std::string label;
};

/// The invoice, or one made by the offer's node. Null: refused.
const Invoice* invoice_for(Node& node, Request& request, const Wish& wish) {
    const auto refuse = [&](const char* why) { fail(request, rpc::invalid_params, why); };
    const bool is_offer = wish.text.starts_with("lno");
    const Offer* offer = is_offer ? node.invoices.offer_by_text(wish.text) : nullptr;
    if (is_offer && !node.version.xpay_takes_offers())
        return refuse("Invalid bolt12 invoice: unexpected prefix lno"), nullptr;
    const Invoice* invoice = is_offer ? nullptr : node.invoices.by_text(wish.text);
    if (!offer && !invoice)
        return refuse(is_offer ? "Invalid bolt12 offer: bad text" : "Invalid bolt11: Bad bech32 string"), nullptr;
    if (wish.kind == Kind::sendamount && (offer ? offer->amount : invoice->amount) != 0)
        return refuse(offer ? "Expecting an offer with no amount." : "Expecting a Bolt11 invoice with no amount."),
               nullptr;
    if (invoice)
        return invoice;
    Invoice made;
    made.label = offer->label;
    made.description = offer->description;
    made.bolt12 = true;
    // sendamount asks for half: the amount that arrives is between that and twice as much.
    made.amount = wish.kind == Kind::sendamount ? (*wish.msat + 1) / 2 : offer->amount ? offer->amount : *wish.msat;
    made.created_at = node.now();
    const Invoice& kept = node.invoices.add(std::move(made));
    node.journal.invoice(kept);
    return &kept;
}

void pay_invoice(Node& node, const RequestPtr& request, const Wish& wish) {
    const auto refuse = [&](const std::string& why) { fail(*request, rpc::invalid_params, why); };
    const Offer* offer = node.invoices.offer_by_text(wish.text);
    if (offer && offer->amount == 0 && !wish.msat)
        return refuse("amount_msat required");
    const Invoice* invoice = invoice_for(node, *request, wish);
    if (!invoice)
        return;
    const std::uint32_t now = node.now();
    if (now > invoice->created_at + invoice->expiry)
        return fail(*request, 207,
                    "Invoice expired " + std::to_string(now - invoice->created_at - invoice->expiry) + " seconds ago");
    if (!offer && invoice->amount == 0 && !wish.msat)
        return refuse("amount_msat required");
    if (!offer && invoice->amount != 0 && wish.msat)
        return refuse("amount_msat unnecessary");
    XpayOrder order{wish.kind, *invoice, wish.msat.value_or(invoice->amount), 0, wish.label};
    order.set_total = order.amount;
    if (wish.partial && *wish.partial > order.amount)
        return refuse("partial_msat must be less or equal to total amount " + std::to_string(order.amount) + "msat");
    order.amount = wish.partial.value_or(order.amount);
    begin_xpay(node, request, std::move(order));
}

std::vector<Param> xpay_params(const Version& version) {
    std::vector<Param> known = {{"invstring", true}, {"amount_msat"}, {"maxfee"},
                                {"layers"},          {"retry_for"},   {"partial_msat"}};
    if (version.xpay_has_maxdelay())
        known.push_back({"maxdelay"});
    if (version.xpay_has_label())
        known.insert(known.end(), {{"payer_note"}, {"label"}, {"localinvreqid"}});
    return known;
}

const std::vector<Param> sendamount_params = {{"invstring", true}, {"amount_msat", true}, {"maxfee"},     {"layers"},
                                              {"retry_for"},       {"maxdelay"},          {"payer_note"}, {"label"}};
const std::vector<Param> xkeysend_params = {
    {"destination", true}, {"amount_msat", true}, {"label"},    {"maxfee"}, {"layers"},
    {"retry_for"},         {"maxdelay"},          {"extratlvs"}};

void xpay(Node& node, const RequestPtr& request, const std::vector<Param>& known, Kind kind) {
    Args args(*request, known);
    const bool has_label = kind == Kind::sendamount || node.version.xpay_has_label();
    Wish wish{kind, args.string("invstring").value_or(""), args.msat("amount_msat"), {}, {}};
    if (kind != Kind::sendamount)
        wish.partial = args.msat("partial_msat");
    if (has_label)
        wish.label = args.string("label").value_or("");
    if (!args.refused(*request))
        pay_invoice(node, request, wish);
}

/// The parameters that cln-xpay's hook makes of a `pay`: another name for the invoice, and no limits of pay's own.
void xpay_as_pay(Node& node, const RequestPtr& request) {
    json::Tree& params = request->params;
    Wish wish;
    wish.kind = node.version.has_xpay_as_pay() ? Kind::as_pay : Kind::xpay;
    if (params.is_array())
        params = params.size() > 1 ? json::Tree{{"bolt11", params[0]}, {"amount_msat", params[1]}}
                                   : json::Tree{{"bolt11", params.empty() ? json::Tree() : params[0]}};
    const auto number = [&](const char* name) -> std::optional<std::uint64_t> {
        const auto at = params.find(name);
        return at != params.end() && at->is_number_unsigned() ? std::optional(at->get<std::uint64_t>()) : std::nullopt;
    };
    const auto text = [&](const char* name) {
        const auto at = params.find(name);
        return at != params.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    wish.text = text("bolt11");
    wish.msat = number("amount_msat");
    wish.partial = number("partial_msat");
    wish.label = text("label");
    pay_invoice(node, request, wish);
}

void xkeysend(Node& node, const RequestPtr& request) {
    Args args(*request, xkeysend_params);
    (void)args.hex("destination", "should be a node id");
    const auto msat = args.msat("amount_msat");
    const auto label = args.string("label").value_or("");
    if (args.refused(*request))
        return;
    const auto& known = without_invoice(node, label, *msat);
    begin_xpay(node, request, {Kind::xkeysend, known, *msat, *msat, label});
}

} // namespace

void add_xpay(Node& node) {
    const auto add = [&node](const char* name, const std::vector<Param>& known, Kind kind) {
        node.commands.add_inner(xpay_plugin, name, usage(known),
                                [&node, known, kind](const RequestPtr& request) { xpay(node, request, known, kind); });
    };
    add("xpay", xpay_params(node.version), Kind::xpay);
    // In v24.11.0 the name is xpay's own; here only the redirection calls it.
    node.commands.add_inner(xpay_plugin, "xpay-as-pay", "invoice",
                            [&node](const RequestPtr& request) { xpay_as_pay(node, request); });
    if (!node.version.has_sendamount())
        return;
    add("sendamount", sendamount_params, Kind::sendamount);
    node.commands.add_inner(xpay_plugin, "xkeysend", usage(xkeysend_params),
                            [&node](const RequestPtr& request) { xkeysend(node, request); });
}

} // namespace standin

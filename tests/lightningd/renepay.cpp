// The commands of plugin cln-renepay: renepay, renepaystatus and, from v25.02 to v25.12, renesendpay, by which it calls
// itself for each part.
#include "args.hpp"
#include "entropy.hpp"
#include "renepay_payment.hpp"

#include <map>

namespace standin {

namespace {

using Payments = std::map<base::PaymentHash, std::shared_ptr<RenepayPayment>>;

void renepay(Node& node, Payments& payments, const RequestPtr& request) {
    Args args(*request, {{"invstring", true},
                         {"amount_msat"},
                         {"maxfee"},
                         {"maxdelay"},
                         {"retry_for"},
                         {"description"},
                         {"label"},
                         {"exclude"}});
    const auto text = args.string("invstring");
    const auto msat = args.msat("amount_msat");
    RenepayOrder order;
    order.label = args.string("label").value_or("");
    order.description = args.string("description").value_or("");
    if (args.refused(*request))
        return;
    const Invoice* invoice = node.invoices.by_text(*text);
    if (!invoice)
        return fail(*request, rpc::invalid_params, "Invalid bolt11 invoice: Bad bech32 string");
    if (msat && invoice->amount != 0)
        return fail(*request, rpc::invalid_params,
                    "amount_msat parameter cannot be specified on an invoice with an amount");
    if (!msat && invoice->amount == 0)
        return fail(*request, rpc::invalid_params, "amount_msat parameter required");
    if (node.now() > invoice->created_at + invoice->expiry)
        return fail(*request, 207, "Invoice expired");
    order.invoice = *invoice;
    order.amount = msat.value_or(invoice->amount);
    auto& payment = payments[invoice->hash];
    if (!payment)
        payment = std::make_shared<RenepayPayment>(node, std::move(order));
    payment->serve(request);
}

void renepaystatus(Node& node, const Payments& payments, const RequestPtr& request) {
    Args args(*request, {{"invstring"}});
    const auto text = args.string("invstring");
    if (args.refused(*request))
        return;
    const Invoice* invoice = text ? node.invoices.by_text(*text) : nullptr;
    if (text && !invoice)
        return fail(*request, rpc::invalid_params, "Invalid bolt11: Bad bech32 string");
    std::string json = R"({"paystatus":[)";
    for (const auto& [hash, payment] : payments)
        if (!invoice || invoice->hash == hash)
            json.append(json.back() == '[' ? "" : ",").append(payment->status_json());
    succeed(*request, json + "]}");
}

// Makes the onion and sends it, with its members in another order than renepay from v26.04 on (recording
// v25.12/renepay).
void renesendpay(Node& node, const RequestPtr& request) {
    const json::Tree& given = request->params;
    const auto& route = given["route"];
    const auto& first = route.front();
    const auto raw = [](const json::Tree& object, const char* name) { return json::dump(object[name]); };
    std::string params = R"({"onion":"0002)" + random_hex(1364) + R"(","amount_msat":)" + raw(given, "amount_msat") +
                         R"(,"first_hop":{"amount_msat":)" + raw(first, "amount_msat") + R"(,"delay":)" +
                         std::to_string(first.value("delay", 0U) + block_height + 1) + R"(,"id":)" + raw(first, "id") +
                         R"(,"channel":)" + raw(first, "channel") + R"(},"shared_secrets":)" +
                         made_up_secrets(route.size()) + R"(,"destination":)" + raw(given, "destination") +
                         R"(,"payment_hash":)" + raw(given, "payment_hash") + R"(,"partid":)" + raw(given, "partid") +
                         R"(,"groupid":)" + raw(given, "groupid");
    for (const char* name : {"label", "description"})
        if (given.contains(name))
            params.append(",\"").append(name).append("\":").append(raw(given, name));
    params.append(R"(,"bolt11":)").append(raw(given, "invoice")).push_back('}');
    node.call_as(*request, renepay_plugin, "sendonion", params,
                 [request](Request&, const Reply& reply) { answer(*request, reply); });
}

} // namespace

void add_renepay(Node& node) {
    const auto payments = std::make_shared<Payments>();
    node.commands.add_inner(renepay_plugin, "renepay",
                            "invstring [amount_msat] [maxfee] [maxdelay] [retry_for] [description] [label] [exclude]",
                            [&node, payments](const RequestPtr& request) { renepay(node, *payments, request); });
    node.commands.add_inner(renepay_plugin, "renepaystatus", "[invstring]",
                            [&node, payments](const RequestPtr& request) { renepaystatus(node, *payments, request); });
    if (node.version.renepay_by() == Version::RenepayBy::renesendpay)
        node.commands.add_inner(renepay_plugin, "renesendpay",
                                "payment_hash partid groupid invoice destination route …",
                                [&node](const RequestPtr& request) { renesendpay(node, request); });
}

} // namespace standin

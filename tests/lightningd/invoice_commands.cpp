// invoice, offer and decode, for the payees inside the stand-in. `invoice` has parameters that lightningd's lacks:
// bolt12, to_self, text (of the invoice, as in a recording).
#include "args.hpp"
#include "entropy.hpp"
#include "node.hpp"
#include "token.hpp"

namespace standin {

namespace {

void invoice(Node& node, const RequestPtr& request) {
    Args args(*request, {{"amount_msat", true},
                         {"label", true},
                         {"description", true},
                         {"expiry"},
                         {"fallbacks"},
                         {"preimage"},
                         {"bolt12"},
                         {"to_self"},
                         {"text"}});
    Invoice made;
    const auto amount = args.token("amount_msat");
    if (amount && *amount != "any") {
        made.amount = read_amount(*amount).value_or(0);
        if (made.amount == 0)
            args.refuse("amount_msat", "should be positive msat or 'any'");
    }
    made.label = args.label("label").value_or("");
    made.description = args.plain_string("description").value_or("");
    made.expiry = static_cast<std::uint32_t>(args.u64("expiry").value_or(604800));
    if (const auto preimage = args.secret("preimage"))
        made.preimage = base::Preimage::from_hex(*preimage).value_or(base::Preimage{});
    made.bolt12 = args.boolean("bolt12").value_or(false);
    made.to_self = args.boolean("to_self").value_or(false);
    made.text = args.string("text").value_or("");
    made.created_at = node.now();
    if (args.refused(*request))
        return;
    if (node.invoices.by_label(made.label))
        return fail(*request, 900, "Duplicate label '" + made.label + "'");
    const Invoice& kept = node.invoices.add(std::move(made));
    node.journal.invoice(kept);
    succeed(*request, R"({"payment_hash":")" + kept.hash.hex() + R"(","expires_at":)" +
                          std::to_string(kept.created_at + kept.expiry) + R"(,"bolt11":)" + json::quote(kept.text) +
                          R"(,"payment_secret":")" + kept.payment_secret + R"(","created_index":1})");
}

void offer(Node& node, const RequestPtr& request) {
    Args args(*request, {{"amount", true}, {"description"}, {"issuer"}, {"label"}});
    Offer made;
    const auto* amount = args.find("amount");
    if (amount && *amount != "any")
        made.amount = args.msat("amount").value_or(0);
    made.description = args.plain_string("description").value_or("");
    made.label = args.string("label").value_or("");
    if (args.refused(*request))
        return;
    const Offer& kept = node.invoices.add_offer(std::move(made));
    succeed(*request, R"({"offer_id":")" + random_hex(32) + R"(","active":true,"single_use":false,"bolt12":")" +
                          kept.text + R"(","used":false,"created":true})");
}

void decode(Node& node, const RequestPtr& request) {
    Args args(*request, {{"string", true}});
    const auto text = args.string("string");
    if (args.refused(*request))
        return;
    if (const Offer* offer = node.invoices.offer_by_text(*text))
        return succeed(*request, R"({"type":"bolt12 offer","offer_id":")" + std::string(64, '4') +
                                     R"(","offer_description":)" + json::quote(offer->description) +
                                     R"(,"offer_issuer_id":")" + std::string(payee_node) + R"(","valid":true})");
    const Invoice* invoice = node.invoices.by_text(*text);
    if (!invoice)
        return fail(*request, rpc::invalid_params,
                    "string: Unparsable string: invalid token '" + json::quote(*text) + "'");
    const std::string payee(invoice->to_self ? our_node : payee_node);
    if (invoice->bolt12)
        return succeed(
            *request,
            R"({"type":"bolt12 invoice","offer_issuer_id":")" + payee +
                R"(","invreq_metadata":"00","invreq_payer_id":")" + std::string(our_node) +
                R"(","invoice_paths":[{"first_node_id":")" + payee + R"(","first_path_key":")" + payee +
                R"(","path":[{"blinded_node_id":")" + payee +
                R"(","encrypted_recipient_data":"00"}],"payinfo":{"fee_base_msat":0,"fee_proportional_millionths":0,"cltv_expiry_delta":5,)" +
                R"("htlc_minimum_msat":0,"htlc_maximum_msat":500000000,"features":""}}],"invoice_created_at":)" +
                std::to_string(invoice->created_at) + R"(,"invoice_relative_expiry":)" +
                std::to_string(invoice->expiry) + R"(,"invoice_payment_hash":")" + invoice->hash.hex() +
                R"(","invoice_amount_msat":)" + std::to_string(invoice->amount) + R"(,"invoice_node_id":")" + payee +
                R"(","signature":")" + std::string(128, '3') + R"(","valid":true})");
    std::string json = R"({"type":"bolt11 invoice","currency":"bcrt","created_at":)" +
                       std::to_string(invoice->created_at) + R"(,"expiry":)" + std::to_string(invoice->expiry) +
                       R"(,"payee":")" + payee + "\"";
    if (invoice->amount)
        json.append(R"(,"amount_msat":)").append(std::to_string(invoice->amount));
    json.append(R"(,"description":)").append(json::quote(invoice->description));
    json.append(R"(,"min_final_cltv_expiry":5,"payment_secret":")").append(invoice->payment_secret);
    json.append(R"(","features":"02024100","payment_hash":")").append(invoice->hash.hex());
    succeed(*request, json + R"(","signature":")" + std::string(140, '3') + R"(","valid":true})");
}

} // namespace

void add_invoice_commands(Node& node) {
    node.commands.add("invoice",
                      "amount_msat label description [expiry] [fallbacks] [preimage] [bolt12] [to_self] [text]",
                      [&node](const RequestPtr& request) { invoice(node, request); });
    node.commands.add("offer", "amount [description] [issuer] [label]",
                      [&node](const RequestPtr& request) { offer(node, request); });
    node.commands.add("decode", "string", [&node](const RequestPtr& request) { decode(node, request); });
}

} // namespace standin

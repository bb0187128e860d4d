// listpays, which since v26.06 is cln-xpay's (plugins/xpay/listpays.c) and was pay's (plugins/pay.c): groups the rows
// of listsendpays, asked over RPC.
#include "args.hpp"
#include "node.hpp"

#include <limits>

namespace standin {

namespace {

using ojson = nlohmann::ordered_json;

struct Pay {
    ojson first;
    std::string invstring;
    std::string description;
    std::string preimage;
    bool pending = false;
    bool complete = false;
    bool amount_known = true;
    std::uint64_t amount = 0;
    std::uint64_t sent = 0;
    std::uint64_t parts = 0; ///< not failed
    std::uint64_t success_at = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t created_index = 0;
    std::uint64_t updated_index = 0;
};

void take(Pay& pay, const ojson& row) {
    const auto invstring = row.value("bolt11", row.value("bolt12", std::string()));
    if (pay.first.is_null()) {
        pay.first = row;
        pay.created_index = row.value("created_index", std::uint64_t{0});
    }
    if (pay.invstring.empty())
        pay.invstring = invstring;
    if (pay.description.empty())
        pay.description = row.value("description", "");
    pay.created_index = std::min(pay.created_index, row.value("created_index", std::uint64_t{0}));
    pay.updated_index = std::max(pay.updated_index, row.value("updated_index", std::uint64_t{0}));
    const auto status = row.value("status", "");
    if (status == "failed")
        return;
    ++pay.parts;
    pay.sent += row.value("amount_sent_msat", std::uint64_t{0});
    if (row.contains("amount_msat"))
        pay.amount += row.value("amount_msat", std::uint64_t{0});
    else
        pay.amount_known = false;
    if (status == "pending") {
        pay.pending = true;
        return;
    }
    pay.complete = true;
    pay.preimage = row.value("payment_preimage", "");
    pay.success_at = std::min(pay.success_at, row.value("completed_at", std::uint64_t{0}));
}

/// Whether the payer that serves listpays still runs the payment: then it is pending, whatever the rows show.
bool ongoing(const Node& node, const std::string& payment_hash) {
    const auto hash = base::PaymentHash::from_hex(payment_hash);
    if (!hash)
        return false;
    if (node.version.xpay_lists_pays())
        return node.xpay_ongoing.contains(*hash);
    const auto first = node.first_pay_ongoing.find(*hash);
    return first != node.first_pay_ongoing.end() && first->second;
}

ojson show(const Node& node, const Pay& pay) {
    ojson json;
    const auto hash = pay.first.value("payment_hash", "");
    if (!pay.invstring.empty())
        json[pay.invstring.starts_with("lni") ? "bolt12" : "bolt11"] = pay.invstring;
    if (!pay.description.empty())
        json["description"] = pay.description;
    if (pay.first.contains("destination"))
        json["destination"] = pay.first["destination"];
    json["payment_hash"] = hash;
    json["status"] = pay.complete ? "complete" : pay.pending || ongoing(node, hash) ? "pending" : "failed";
    json["created_at"] = pay.first["created_at"];
    if (pay.complete)
        json["completed_at"] = pay.success_at;
    if (pay.first.contains("label"))
        json["label"] = pay.first["label"];
    if (!pay.preimage.empty())
        json["preimage"] = pay.preimage;
    if (pay.amount_known && pay.parts > 0)
        json["amount_msat"] = pay.amount;
    json["amount_sent_msat"] = pay.sent;
    if (pay.parts > 1)
        json["number_of_parts"] = pay.parts;
    if (!node.version.listpays_has_pages())
        return json;
    json["created_index"] = pay.created_index;
    if (pay.updated_index)
        json["updated_index"] = pay.updated_index;
    return json;
}

void listsendpays_done(const Node& node, Request& request, const Reply& reply) {
    if (!reply.ok)
        return answer(request, reply);
    std::map<std::pair<std::string, std::uint64_t>, std::size_t> places;
    std::vector<Pay> pays;
    const auto result = ojson::parse(reply.body);
    for (const auto& row : result["payments"]) {
        const auto key = std::pair(row.value("payment_hash", ""), row.value("groupid", std::uint64_t{0}));
        const auto [place, is_new] = places.try_emplace(key, pays.size());
        if (is_new)
            pays.emplace_back();
        take(pays[place->second], row);
    }
    ojson list = ojson::array();
    for (const auto& pay : pays)
        list.push_back(show(node, pay));
    succeed(request, R"({"pays":)" + list.dump(-1, ' ', false, ojson::error_handler_t::replace) + "}");
}

} // namespace

void add_listpays(Node& node) {
    std::vector<Param> known = {{"bolt11"}, {"payment_hash"}, {"status"}};
    if (node.version.listpays_has_pages())
        known.insert(known.end(), {{"index"}, {"start"}, {"limit"}});
    const std::string owner = node.version.xpay_lists_pays() ? "cln-xpay" : "pay";
    node.commands.add_inner(owner, "listpays", usage(known), [&node, owner, known](const RequestPtr& request) {
        Args args(*request, known);
        (void)args.hash("payment_hash");
        if (args.refused(*request))
            return;
        json::Tree params = json::Tree::object();
        for (const auto& param : known)
            if (const auto* value = args.find(param.name))
                params[std::string(param.name)] = *value;
        const auto start = params.find("start");
        if (start != params.end() && *start != 0 && !params.contains("index"))
            return fail(*request, rpc::invalid_params, "Can only specify {start} with {index}");
        if (params.contains("limit") && !params.contains("index"))
            return fail(*request, rpc::invalid_params, "Can only specify {limit} with {index}");
        node.call_as(*request, owner, "listsendpays", json::dump(params),
                     [&node, request](Request&, const Reply& reply) { listsendpays_done(node, *request, reply); });
    });
}

} // namespace standin

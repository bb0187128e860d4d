#include "plugin/manifest.hpp"

#include "commands/delpay.hpp"
#include "commands/trackpayments_request.hpp"
#include "plugin/options.hpp"

namespace plugin {

using json::Tree;

std::string manifest(const Host& host) {
    Tree subscriptions = {"sendpay_success", "sendpay_failure", "pay_failure", "block_added", "shutdown"};
    if (cln::has_pay_part_topics(host.version))
        subscriptions.insert(subscriptions.end(), {"pay_part_start", "pay_part_end"});

    Tree methods = Tree::array();
    methods.push_back(
        {{"name", "trackpayments"},
         {"usage", commands::trackpayments_usage()},
         {"description",
          "Show payments as LND's TrackPayments does: those in flight, those of {payment_hash}, or those that "
          "changed after the cursor {since}; with {timeout} (seconds) stay and follow; with {no_inflight_updates} only "
          "those that ended"},
         // Shown by help up to v24.05; later versions show the man page alone.
         {"long_description", "The result holds `payments`, each an lnrpc.Payment, and a `cursor` to pass as {since} "
                              "of the next call; `more` if that has further ones at once. While a caller stays, each "
                              "update is sent as a `message` notification. Codes: -32602 bad parameter or cursor, 208 "
                              "unknown {payment_hash}, -1 ask again later. See lightning-trackpayments(7)."},
         {"category", "payment"}});
    Tree filters = {"sendpay", "createonion", "sendonion", "injectpaymentonion"};
    if (host.lightningd)
        filters.push_back("delpay");
    else
        methods.push_back(
            {{"name", "delpay"},
             {"usage", commands::delpay_usage()},
             {"description", "Delete the parts of {payment_hash} that have {status} (complete or failed), or only "
                             "the one with {partid} and {groupid}"},
             {"category", "payment"}});

    Tree hooked = Tree::array();
    if (host.hook)
        hooked.push_back({{"name", "rpc_command"}, {"filters", filters}});

    const Tree all = {
        {"options", declare_options()},
        {"rpcmethods", methods},
        {"subscriptions", subscriptions},
        {"hooks", hooked},
        {"notifications",
         {{{"method", "trackpayments"}}, {{"method", "trackpayments_final"}}, {{"method", "trackpayments_deleted"}}}},
        {"dynamic", true},
        {"nonnumericids", true},
        {"cancheck", true},
    };
    return all.dump();
}

} // namespace plugin

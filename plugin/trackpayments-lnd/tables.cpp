#include "plugin/trackpayments-lnd/tables.hpp"

#include "plugin/trackpayments-lnd/options.hpp"
#include "plugin/trackpayments-lnd/server.hpp"

namespace trackpayments_lnd {

namespace {

constexpr std::array<host::Member, 9> result{{{"state", "string"},
                                              {"rpclisten", "array of strings"},
                                              {"restlisten", "array of strings"},
                                              {"tls_certificate", "string"},
                                              {"tls_fingerprint", "string"},
                                              {"macaroons", "array of strings"},
                                              {"problems", "array of strings"},
                                              {"connections", "integer"},
                                              {"calls", "array of objects"}}};

constexpr host::CommandSpec show_spec{
    .name = "trackpayments-lnd",
    .params = {},
    .description = "Shows the addresses, the files and the clients of the LND server",
    .category = "plugin",
    .result = result,
};

} // namespace

host::Declaration declaration(Server* server) {
    const host::Command show{show_spec, [server](const host::Request& request) { server->show(request); }};
    return {
        .name = "trackpayments-lnd",
        .options = options,
        .commands = {show},
        // plugin_started and plugin_stopped exist since v25.02.
        .subscriptions = {{"shutdown"}, {"trackpayments"}, {"plugin_started", {25, 2}}, {"plugin_stopped", {25, 2}}},
    };
}

std::string about() {
    return R"(trackpayments-lnd is a Core Lightning plugin. It serves the payments of the node as LND does: gRPC and REST with TLS,
Router/TrackPayments, Router/TrackPaymentV2, Lightning/ListPayments, DeletePayment and GetInfo, State and Versioner; and
/metrics for Prometheus. It needs the plugin trackpayments.

lightningd loads it; do not run it by hand:
  lightning-cli plugin start /path/to/trackpayments-lnd
  lightningd --plugin=/path/to/trackpayments-lnd     (or `plugin=/path/to/trackpayments-lnd` in its config)

Options of lightningd while it is loaded:
)" + host::help(options) +
           R"(See lightning-trackpayments-lnd(7).
)";
}

} // namespace trackpayments_lnd

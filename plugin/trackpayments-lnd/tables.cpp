#include "plugin/trackpayments-lnd/tables.hpp"

#include "plugin/trackpayments-lnd/options.hpp"
#include "plugin/trackpayments-lnd/page_link.hpp"
#include "plugin/trackpayments-lnd/server.hpp"

namespace trackpayments_lnd {

namespace {

constexpr std::array<host::Member, 12> result{{{"state", "string"},
                                               {"rpclisten", "array of strings"},
                                               {"restlisten", "array of strings"},
                                               {"tls_certificate", "string"},
                                               {"tls_fingerprint", "string"},
                                               {"macaroons", "array of strings"},
                                               {"problems", "array of strings"},
                                               {"connections", "integer"},
                                               {"calls", "array of objects"},
                                               // with `link`, and then alone
                                               {"link", "string"},
                                               {"expires_at", "integer"},
                                               {"unique_id", "string"}}};
constexpr std::array codes{rpc::invalid_params, no_link};

constexpr host::CommandSpec command_spec{
    .name = "trackpayments-lnd",
    .params = command_params,
    .description = "Shows the addresses, the files and the clients of the LND server. With {action} `link`: makes a "
                   "link to its live page, which is good for so many {minutes}",
    .category = "plugin",
    .result = result,
    .codes = codes,
};

} // namespace

host::Declaration declaration(Server* server) {
    const host::Command command{command_spec,
                                [server](const host::Request& request) { server->serve_command(request); },
                                [](const json::Tree& params) {
                                    const auto time = link_time(params);
                                    return time ? std::nullopt : std::optional(time.error());
                                }};
    return {
        .name = "trackpayments-lnd",
        .options = options,
        .commands = {command},
        .subscriptions = {{"shutdown"},
                          {"trackpayments"},
                          {"plugin_started", cln::plugin_topics_since},
                          {"plugin_stopped", cln::plugin_topics_since}},
    };
}

std::string about() {
    return R"(trackpayments-lnd is a Core Lightning plugin. It serves the payments of the node as LND does: gRPC and REST with TLS,
Router/TrackPayments, Router/TrackPaymentV2, Lightning/ListPayments, DeletePayment and GetInfo, State and Versioner; and
/metrics for Prometheus. https://localhost:8080/ is a live page; `lightning-cli trackpayments-lnd link` makes a link to
it. It needs the plugin trackpayments.

lightningd loads it; do not run it by hand:
  lightning-cli plugin start /path/to/trackpayments-lnd
  lightningd --plugin=/path/to/trackpayments-lnd     (or `plugin=/path/to/trackpayments-lnd` in its config)

Options of lightningd while it is loaded:
)" + host::help(options) +
           R"(See lightning-trackpayments-lnd(7).
)";
}

} // namespace trackpayments_lnd

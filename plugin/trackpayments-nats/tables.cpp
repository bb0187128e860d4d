#include "plugin/trackpayments-nats/tables.hpp"

#include "plugin/trackpayments-nats/options.hpp"
#include "plugin/trackpayments-nats/publisher.hpp"

namespace trackpayments_nats {

namespace {

constexpr std::array<host::Member, 11> result{{{"state", "string"},
                                               {"connected", "boolean"},
                                               {"server", "string"},
                                               {"stream", "string"},
                                               {"position", "string"},
                                               {"caught_up", "boolean"},
                                               {"unacknowledged", "integer"},
                                               {"lag_seconds", "integer"},
                                               {"acknowledged", "integer"},
                                               {"already_stored", "integer"},
                                               {"problems", "array of strings"}}};

constexpr host::CommandSpec command_spec{
    .name = "trackpayments-nats",
    .params = {},
    .description = "Shows the connection to the NATS server, the position in the node's payments, and how far it lags",
    .category = "plugin",
    .result = result,
};

} // namespace

host::Declaration declaration(Publisher* publisher) {
    const host::Command command{command_spec,
                                [publisher](const host::Request& request) { publisher->serve_command(request); }};
    return {
        .name = "trackpayments-nats",
        .options = options,
        .commands = {command},
        .subscriptions = {{"shutdown"},
                          {"trackpayments"},
                          {"trackpayments_deleted"},
                          {"plugin_started", cln::plugin_topics_since},
                          {"plugin_stopped", cln::plugin_topics_since}},
    };
}

std::string about() {
    return R"(trackpayments-nats is a Core Lightning plugin. It publishes each change of each payment of the node into a stream of
NATS JetStream, so that many nodes share one durable, replicated stream. It needs the plugin trackpayments.

lightningd loads it; do not run it by hand:
  lightning-cli plugin -k subcommand=start plugin=/path/to/trackpayments-nats trackpayments-nats-url=nats://127.0.0.1:4222
  lightningd --plugin=/path/to/trackpayments-nats --trackpayments-nats-url=nats://127.0.0.1:4222

Options of lightningd while it is loaded:
)" + host::help(options) +
           R"(See lightning-trackpayments-nats(7).
)";
}

} // namespace trackpayments_nats

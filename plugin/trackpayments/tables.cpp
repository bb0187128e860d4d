#include "plugin/trackpayments/tables.hpp"

#include "cln/topics.hpp"
#include "plugin/trackpayments/options.hpp"
#include "plugin/trackpayments/tracker.hpp"
#include "publish/topics.hpp"

#include <cstdlib>

namespace trackpayments {

namespace {

std::vector<host::Command> commands_of(Tracker* tracker) {
    return {
        {commands::trackpayments_spec, [tracker](const host::Request& request) { tracker->trackpayments(request); },
         [tracker](const json::Tree& params) { return tracker->check_trackpayments(params); }},
        {commands::status_spec, [tracker](const host::Request& request) { tracker->status(request); },
         commands::check_status},
        {commands::delpay_spec, [tracker](const host::Request& request) { tracker->delpay(request); },
         [](const json::Tree& params) {
             const auto request = commands::read_delpay(params);
             return request ? std::nullopt : std::optional(request.error());
         }},
    };
}

std::vector<host::Subscription> subscriptions() {
    std::vector<host::Subscription> all;
    for (const auto& topic : cln::topics())
        all.push_back({topic.name, topic.since});
    return all;
}

} // namespace

host::Declaration declaration(Tracker* tracker, bool hook) {
    return {
        .name = "trackpayments",
        .options = options,
        .commands = commands_of(tracker),
        .topics = publish::topics,
        .subscriptions = subscriptions(),
        .hooks = {{"rpc_command", commands::hooked_commands, hook}},
    };
}

bool wants_hook() {
    // Read before a second thread starts; nothing sets it later.
    const char* no_hook = std::getenv("TRACKPAYMENTS_NO_HOOK"); // NOLINT(concurrency-mt-unsafe)
    return !no_hook || std::string_view(no_hook) != "1";
}

std::string about() {
    return R"(trackpayments is a Core Lightning plugin. It publishes every change to every outgoing payment of the node as a
complete lnrpc.Payment (LND's TrackPayments), on the notification topic `trackpayments` and by the command
`trackpayments`. It also answers `delpay`.

lightningd loads it; do not run it by hand:
  lightning-cli plugin start /path/to/trackpayments
  lightningd --plugin=/path/to/trackpayments     (or `plugin=/path/to/trackpayments` in its config)

Options of lightningd while it is loaded:
)" + host::help(options) +
           R"(Environment:
  TRACKPAYMENTS_NO_HOOK=1
      in lightningd's environment: do not use the rpc_command hook. Then routes of pay, keysend and
      sendpay are unknown, and lightningd serves delpay.
See lightning-trackpayments(7).
)";
}

} // namespace trackpayments

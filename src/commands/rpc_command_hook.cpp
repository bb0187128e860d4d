#include "commands/rpc_command_hook.hpp"

#include "cln/bare_digits.hpp"

#include <algorithm>

namespace commands {

namespace {

/// Before v25.12 the hook sees every command; others are ignored.
bool makes_a_part(std::string_view method) {
    return method != "delpay" &&
           std::find(hooked_commands.begin(), hooked_commands.end(), method) != hooked_commands.end();
}

} // namespace

RpcCommandHook::RpcCommandHook(cln::Lightningd& lightningd, Delpay& delpay, Reply reply, Seen seen, Noted noted,
                               base::Log log)
    : lightningd_(lightningd),
      delpay_(delpay),
      reply_(std::move(reply)),
      seen_(std::move(seen)),
      noted_(std::move(noted)),
      log_(std::move(log)) {}

std::optional<DelpayRequest> RpcCommandHook::to_hold(const cln::HookedCall& call) const {
    // A call with our id is the inner delpay of a held one. autoclean deletes in bursts and only checks for success, so
    // it must not be slowed.
    if (call.method != "delpay" || !lightningd_.up() || lightningd_.awaits(call.id) || call.caller() == "autoclean")
        return std::nullopt;
    const auto params = json::parse(call.params);
    const auto request = params ? read_delpay(*params) : tl::unexpected(rpc::Error{});
    return request ? std::optional(*request) : std::nullopt; // lightningd itself reports bad parameters
}

RpcCommandHook::Decision RpcCommandHook::decide(std::string_view id, std::string_view params) {
    Decision decision{id, cln::read_hooked_call(params), std::nullopt};
    if (decision.call)
        decision.held = to_hold(*decision.call);
    if (!decision.held)
        reply_(id, cln::hook_continue());
    return decision;
}

void RpcCommandHook::process(const Decision& decision, base::UnixNs now) {
    const auto& call = decision.call;
    if (!call)
        return log_(base::LogLevel::unusual, "rpc_command: malformed params");
    if (makes_a_part(call->method))
        return seen_(*call, now);
    if (decision.held)
        return serve(decision);
    if (call->method != "delpay")
        return;
    // lightningd accepts calls that we do not hold, such as those with unquoted digits that are not JSON.
    const auto parsed = json::parse(cln::quote_bare_digits(call->params));
    const auto request = parsed ? read_delpay(*parsed) : tl::unexpected(rpc::Error{});
    if (request && !lightningd_.awaits(call->id))
        noted_(*request);
}

void RpcCommandHook::serve(const Decision& decision) {
    delpay_.serve(*decision.held, *decision.call,
                  [this, id = std::string(decision.id), request = *decision.held](const std::string& result) {
                      reply_(id, result);
                      if (result == cln::hook_continue())
                          noted_(request);
                  });
}

} // namespace commands

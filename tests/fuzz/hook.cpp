// A request of the `rpc_command` hook, found without decoding it, and the answers that lightningd accepts.
#include "cln/hook.hpp"
#include "json_input.hpp"
#include "rpc/error.hpp"

namespace hook_target {

namespace {

/// `raw` is the JSON of that member, or empty if it is missing.
bool is_raw(std::string_view raw, const fuzz::Tree& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end())
        return raw.empty();
    return fuzz::parsed(raw) == *found;
}

void check_against_json(const std::optional<cln::HookedCall>& call, const fuzz::Tree& params) {
    const auto* inner = fuzz::at(params, "rpc_command");
    if (!call) {
        const bool sound = inner && inner->is_object() && inner->contains("method") && (*inner)["method"].is_string() &&
                           !(*inner)["method"].get<std::string>().empty();
        fuzz::require(!sound, "a valid call is found");
        return;
    }
    fuzz::require(inner && fuzz::at(*inner, "method") && *fuzz::at(*inner, "method") == call->method,
                  "the method is the call's");
    fuzz::require(is_raw(call->id, *inner, "id") && is_raw(call->params, *inner, "params") &&
                      is_raw(call->filter, *inner, "filter"),
                  "id, params and filter are the call's");
}

} // namespace

FUZZ_TARGET(hook) {
    const auto text = fuzz::text_of(data, size);
    const auto call = cln::read_hooked_call(text);
    if (call) {
        const auto caller = call->caller();
        fuzz::require(caller.find_first_of("/:") == std::string_view::npos, "a caller is one component");
        fuzz::require(caller.empty() || call->id.find(caller) != std::string_view::npos,
                      "the caller is part of the id");
    }
    if (const auto params = fuzz::parsed(text); params && params->is_object() && fuzz::unambiguous(text))
        check_against_json(call, *params);

    const std::string message(text);
    const auto refusal = fuzz::parsed(cln::hook_return_error(-32602, message));
    fuzz::require(refusal && (*refusal)["return"]["error"]["code"] == -32602 &&
                      (*refusal)["return"]["error"]["message"].is_string(),
                  "an error has code and message, without which lightningd crashes");
    return 0;
}

} // namespace hook_target

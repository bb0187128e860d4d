#include "cln/hook.hpp"

#include "cln/fields.hpp"
#include "json/members.hpp"
#include "rpc/write.hpp"

namespace cln {

namespace {

/// One component of a request id: `cln-xpay:injectpaymentonion#8`.
struct Component {
    std::string_view plugin; ///< `cln` for lightningd itself
    std::string_view number;
};

std::string_view unquoted(std::string_view id) {
    return id.size() >= 2 && id.front() == '"' ? id.substr(1, id.size() - 2) : id;
}

/// Removes and returns the last component.
Component take_last(std::string_view& id) {
    const auto slash = id.rfind('/');
    const auto component = slash == std::string_view::npos ? id : id.substr(slash + 1);
    id = slash == std::string_view::npos ? std::string_view{} : id.substr(0, slash);
    const auto colon = component.find(':');
    const auto hash = component.rfind('#');
    if (colon == std::string_view::npos)
        return {};
    return {component.substr(0, colon), hash == std::string_view::npos ? "" : component.substr(hash + 1)};
}

constexpr std::string_view call_key = R"("rpc_command")";

/// The text from the call on, if it is the first member, as lightningd writes it. A payment waits for the answer, and
/// the search for the end of the call would be half of the work.
std::string_view first_call(std::string_view params) {
    auto at = json::skip_space(params, 0);
    if (!params.substr(at).starts_with('{'))
        return {};
    at = json::skip_space(params, at + 1);
    if (!params.substr(at).starts_with(call_key))
        return {};
    at = json::skip_space(params, at + call_key.size());
    if (!params.substr(at).starts_with(':'))
        return {};
    return params.substr(json::skip_space(params, at + 1));
}

/// `text` begins with the call's object.
std::optional<HookedCall> read_call(std::string_view text) {
    HookedCall call;
    json::ObjectScanner fields(text);
    while (const auto field = fields.next()) {
        if (field->key == "\"id\"")
            call.id = field->value;
        else if (field->key == "\"method\"" && field->value.size() > 2 && field->value.front() == '"')
            call.method = field->value.substr(1, field->value.size() - 2);
        else if (field->key == "\"params\"")
            call.params = field->value;
        else if (field->key == "\"filter\"")
            call.filter = field->value;
    }
    if (!fields.ok() || call.method.empty())
        return std::nullopt;
    return call;
}

} // namespace

std::string_view HookedCall::caller() const {
    auto rest = unquoted(id);
    return take_last(rest).plugin;
}

payments::PayerCall HookedCall::payer_call() const {
    auto rest = unquoted(id);
    const auto plugin = take_last(rest).plugin;
    payments::PayerCall call;
    // lightningd gave the command to the plugin, which may call itself in between (renesendpay on v25.12).
    while (!rest.empty()) {
        const auto command = take_last(rest);
        if (command.plugin != "cln")
            break;
        call.number = digits(command.number).value_or(0);
        if (take_last(rest).plugin != plugin)
            break;
    }
    return call;
}

std::optional<HookedCall> read_hooked_call(std::string_view params) {
    if (const auto text = first_call(params); !text.empty())
        return read_call(text);
    json::ObjectScanner outer(params);
    while (const auto member = outer.next())
        if (member->key == call_key)
            return read_call(member->value);
    return std::nullopt;
}

std::string hook_continue() {
    return R"({"result":"continue"})";
}

std::string hook_return_result(std::string_view result) {
    return R"({"return":{"result":)" + std::string(result) + "}}";
}

std::string hook_return_error(int code, const std::string& message) {
    return R"({"return":{"error":)" + rpc::error_object({code, message}) + "}}";
}

} // namespace cln

// A request of the `rpc_command` hook, read only as far as needed to answer it: behind it a payment waits. Raw text,
// nothing decoded.
#pragma once

#include "payments/payment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cln {

/// Views into the hook request's bytes.
struct HookedCall {
    std::string_view id;     ///< raw token of the caller's own id
    std::string_view method; ///< without quotes
    std::string_view params; ///< raw; empty if absent
    std::string_view filter; ///< raw; empty if absent

    /// Who calls: the last component of the id without `:method#n`, e.g. `cln-xpay` of
    /// `"lab:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8"`; empty when the id has another form.
    [[nodiscard]] std::string_view caller() const;
    /// The user's command behind it: 140 in the example, as lightningd counts its requests to plugins in this run.
    /// Unknown below v24.08, where the inner id stands alone, and for calls that no plugin makes for a command.
    [[nodiscard]] payments::PayerCall payer_call() const;
};

/// `params` is the raw params of the hook request: `{"rpc_command": {…}}`.
[[nodiscard]] std::optional<HookedCall> read_hooked_call(std::string_view params);

/// The answers lightningd survives (lightningd/plugin_hook.c): never an `error` reply, never `return.error` without
/// code and message. `result` and `error` are raw; the error object must come from rpc::error_object().
[[nodiscard]] std::string hook_continue();
[[nodiscard]] std::string hook_return_result(std::string_view result);
[[nodiscard]] std::string hook_return_error(int code, const std::string& message);

} // namespace cln

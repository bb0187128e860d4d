// A request of the `rpc_command` hook, read only as far as needed to answer it, because a payment waits for the answer.
// Keeps raw text and decodes nothing.
//
// Any client may choose any request id, so the caller's name is only a hint. A false name can have these effects:
// - `autoclean` on a delpay: the call is not held, and lightningd answers 208 where we would answer 211. The hash is
//   still listed afterwards. Deletions are taken only from lightningd's own result or from a listing.
// - `pay`, `keysend`, `cln-xpay` on a call that makes a part: selects the evidence that ends the payment. That evidence
//   (`pay_failure`, `listpays`) comes from lightningd and its payers, and a client cannot forge it. With the wrong
//   kind, FAILED comes too early or up to a minute late, and the next part revokes it. Whoever can add a part to a
//   payment can spend the node's money anyway.
// - `cln-renepay` with the number of a running command: the caller's group of the same hash is shown as attempts of
//   that payment. The status still follows the rows.
// - an id like ours: no effect. Our ids end in a random tag, and an id counts only while its call is pending
//   (rpc::Client::awaits).
#pragma once

#include "payments/payment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cln {

/// Views into the bytes of the hook request.
struct HookedCall {
    std::string_view id;     ///< raw token of the caller's own id
    std::string_view method; ///< without quotes
    std::string_view params; ///< raw; empty if absent
    std::string_view filter; ///< raw; empty if absent

    /// The caller: the last component of the id without `:method#n`, e.g. `cln-xpay` of
    /// `"lab:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8"`; empty if the id has another form.
    [[nodiscard]] std::string_view caller() const;
    /// The user's command behind the call: 140 in the example, as lightningd numbers its requests to plugins in this
    /// run. Unknown before v24.08, where ids have one component, and for calls outside a command.
    [[nodiscard]] payments::PayerCall payer_call() const;
};

/// `params` is the raw params of the hook request: `{"rpc_command": {…}}`.
[[nodiscard]] std::optional<HookedCall> read_hooked_call(std::string_view params);

/// Answers that lightningd accepts (lightningd/plugin_hook.c). It aborts on an `error` reply, and on `return.error`
/// without code or message. `result` and `error` are raw; make the error object with rpc::error_object().
[[nodiscard]] std::string hook_continue();
[[nodiscard]] std::string hook_return_result(std::string_view result);
[[nodiscard]] std::string hook_return_error(int code, const std::string& message);

} // namespace cln

// A request of the `rpc_command` hook, read only as far as needed to answer it: behind it a payment waits. Raw text,
// nothing decoded.
//
// Any client may write any id, so a caller's name is a hint and never evidence. What a false one can still do:
// - `autoclean` on a delpay: the call is not held. lightningd serves it, with 208 where we would say 211. The hash is
//   noted and listed; a deletion is believed only from lightningd's own result or from a listing.
// - `pay`, `keysend`, `cln-xpay` on a call that makes a part: which evidence ends that payment. `pay_failure` and
//   `listpays` are lightningd's and its payers' words, which a client cannot write; with the wrong one of them FAILED
//   comes at once or up to a minute late, and the next part takes it back. Whoever can add a part to a payment can
//   spend the node's money anyhow.
// - `cln-renepay` with the number of a running command: its own group of the same hash is shown as attempts of that
//   payment. The status follows the rows all the same.
// - an id like ours: it can do nothing. Our ids end in a random tag, and one counts only while the call is under way
//   (rpc::Client::awaits).
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

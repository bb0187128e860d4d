// Answers the `rpc_command` hook. Behind every request stands a payment, so all but a `delpay` of a user are told
// `continue` at first sight, before anything is decoded. What the calls say of payments to come is read afterwards.
#pragma once

#include "cln/hook.hpp"
#include "commands/delpay.hpp"

namespace commands {

class RpcCommandHook final {
  public:
    /// Sends the result of a hook request, ahead of everything ordinary. `id`: raw.
    using Reply = std::function<void(std::string_view id, const std::string& result)>;
    /// A payer's call, to be read for what it says of payments to come.
    using Seen = std::function<void(const cln::HookedCall&, base::UnixNs when)>;
    /// A deletion that lightningd carries out by itself.
    using Noted = std::function<void(const DelpayRequest&)>;

    RpcCommandHook(cln::Lightningd& lightningd, Delpay& delpay, Reply reply, Seen seen, Noted noted, base::Log log);

    /// `id` and `params` of the hook request, raw. For every request of a read, before the first of them is handled.
    void answer(std::string_view id, std::string_view params);
    /// The rest of the work, in turn. `now`: when the request was read.
    void handle(std::string_view id, std::string_view params, base::UnixNs now);

  private:
    /// The delpay to be served here; nothing when the call is not for us to hold.
    [[nodiscard]] std::optional<DelpayRequest> held(const cln::HookedCall& call) const;

    cln::Lightningd& lightningd_;
    Delpay& delpay_;
    Reply reply_;
    Seen seen_;
    Noted noted_;
    base::Log log_;
};

} // namespace commands

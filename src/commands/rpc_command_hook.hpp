// Answers the `rpc_command` hook. A payment may wait behind each request, so decide() answers `continue` at once to all
// but a user's `delpay`; process() reads afterwards what a call says of payments to come. A request is parsed once.
#pragma once

#include "cln/hook.hpp"
#include "commands/delpay.hpp"

#include <array>

namespace commands {

/// All but the last make a part, or an onion for one.
inline constexpr std::array<std::string_view, 5> hooked_commands{"sendpay", "createonion", "sendonion",
                                                                 "injectpaymentonion", "delpay"};

class RpcCommandHook final {
  public:
    /// Sends the result of a hook request, ahead of everything ordinary. `id`: raw.
    using Reply = std::function<void(std::string_view id, const std::string& result)>;
    /// A payer's call, to be read for what it says of payments to come.
    using Seen = std::function<void(const cln::HookedCall&, base::UnixNs when)>;
    /// A deletion that lightningd carries out by itself.
    using Noted = std::function<void(const DelpayRequest&)>;

    RpcCommandHook(cln::Lightningd& lightningd, Delpay& delpay, Reply reply, Seen seen, Noted noted, base::Log log);

    /// Views into the hook request.
    struct Decision {
        std::string_view id;                 ///< raw
        std::optional<cln::HookedCall> call; ///< nothing when it cannot be read
        std::optional<DelpayRequest> held;   ///< a delpay that waits for our answer; the others were continued
    };

    /// `id` and `params` of the hook request, raw.
    [[nodiscard]] Decision decide(std::string_view id, std::string_view params);
    /// Once for each decision, while the request's bytes are there. `now`: when it was read.
    void process(const Decision& decision, base::UnixNs now);

  private:
    [[nodiscard]] std::optional<DelpayRequest> to_hold(const cln::HookedCall& call) const;
    void serve(const Decision& decision);

    cln::Lightningd& lightningd_;
    Delpay& delpay_;
    Reply reply_;
    Seen seen_;
    Noted noted_;
    base::Log log_;
};

} // namespace commands

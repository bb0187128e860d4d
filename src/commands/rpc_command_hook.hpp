// Answers the `rpc_command` hook. A payment may wait for each answer, so decide() answers `continue` at once to
// everything but a user's `delpay`. process() reads the calls afterwards, for the parts they announce. Each request is
// parsed once.
#pragma once

#include "cln/hook.hpp"
#include "commands/delpay.hpp"

#include <array>

namespace commands {

/// All but the last make a part, or the onion of one.
inline constexpr std::array<std::string_view, 5> hooked_commands{"sendpay", "createonion", "sendonion",
                                                                 "injectpaymentonion", "delpay"};

class RpcCommandHook final {
  public:
    /// Sends the result of a hook request before all ordinary output. `id`: raw.
    using Reply = std::function<void(std::string_view id, const std::string& result)>;
    /// Receives a payer's call.
    using Seen = std::function<void(const cln::HookedCall&, base::UnixNs when)>;
    /// Receives a deletion that lightningd carries out by itself.
    using Noted = std::function<void(const DelpayRequest&)>;

    RpcCommandHook(cln::Lightningd& lightningd, Delpay& delpay, Reply reply, Seen seen, Noted noted, base::Log log);

    /// Views into the hook request.
    struct Decision {
        std::string_view id;                 ///< raw
        std::optional<cln::HookedCall> call; ///< empty if it cannot be read
        std::optional<DelpayRequest> held;   ///< a delpay that waits for our answer; all others were continued
    };

    /// `id` and `params`: raw, from the hook request.
    [[nodiscard]] Decision decide(std::string_view id, std::string_view params);
    /// Call once for each decision, while the request's bytes exist. `now`: when it was read.
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

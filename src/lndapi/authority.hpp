// Decides whether a call is permitted, as LND's macaroon service does (lnd's rpcperms/interceptor.go,
// macaroons/service.go): the form of the macaroon first, then its caveats, then the rune in it, by lightningd.
#pragma once

#include "lndapi/credential.hpp"
#include "lndapi/rune_check.hpp"

#include <chrono>

namespace lndapi {

/// A call as far as permission matters.
struct Claim {
    std::vector<std::string_view> macaroons; ///< values of the metadata key
    std::string_view peer;                   ///< the client's address
    std::string_view rune_method;            ///< the method that the rune must permit
    std::string params;                      ///< of that method: a JSON object
};

class Authority final {
  public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;

    Authority(io::Loop& loop, rpc::Client& client, Clock now) : runes_(loop, client), now_(std::move(now)) {}

    /// Answers once, at once or later: nothing if the call is permitted.
    void check(const Claim& claim, Asker asker, RuneCheck::Answer answer);
    /// See RuneCheck.
    void trust(const std::string& rune) { runes_.trust(rune); }

  private:
    RuneCheck runes_;
    Clock now_;
};

/// What is known of a claim that was permitted, without asking lightningd.
struct Term {
    /// When the claim ends for sure: the first of the times in the rune (rune_end) and in the caveats (caveat_end).
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> end;
    bool rationed = false; ///< asking again would use up the allowance of the rune
};
[[nodiscard]] Term term_of(const Claim& claim);

} // namespace lndapi

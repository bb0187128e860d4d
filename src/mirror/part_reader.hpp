// Reads the parts that payers are about to make from their calls, as the hook shows them. Joins a `sendonion` with the
// `createonion` that has its hops. For an unreadable call only the method's name is logged.
#pragma once

#include "base/log.hpp"
#include "cln/hook.hpp"
#include "cln/route.hpp"
#include "json/parser.hpp"
#include "mirror/fact_sink.hpp"
#include "mirror/onion_hops.hpp"
#include "mirror/orphans.hpp"

namespace mirror {

class PartReader final {
  public:
    /// `orphans` receives the hash of every call.
    PartReader(FactSink& facts, Orphans& orphans, base::Log log)
        : facts_(facts), orphans_(orphans), log_(std::move(log)) {}

    /// A call that makes a part, or an onion for one. `now`: when it was read.
    void call_seen(const cln::HookedCall& call, base::UnixNs now);
    void set_height(std::uint32_t blocks) { height_.blocks = blocks; }
    /// The height from getinfo; `block_added` may have come first.
    void height_at_least(std::uint32_t blocks) { height_.blocks = std::max(height_.blocks, blocks); }
    /// Drops onions created before `before`.
    void expire(base::UnixNs before) { onions_.expire(before); }

  private:
    void call_seen(const cln::HookedCall& call, std::string_view params, base::UnixNs now);
    [[nodiscard]] bool read(const cln::HookedCall& call, std::string_view params, base::UnixNs now);
    void join_onion(const cln::HookedCall& call, const cln::FirstHop& first, json::Value params,
                    payments::ExpectedPart& expected);
    void log_unreadable(const cln::HookedCall& call) const;

    FactSink& facts_;
    Orphans& orphans_;
    base::Log log_;
    OnionHops onions_;
    cln::ChainHeight height_;
    json::Parser params_; // of the current call
};

} // namespace mirror

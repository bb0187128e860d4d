// Common to sendpay, sendonion and injectpaymentonion: their answers, and the reasons not to send.
#pragma once

#include "progress.hpp"
#include "request.hpp"

namespace standin {

/// "Monitor status with …" and the row.
void answer_in_progress(Request& request, const Row& row);

/// True when the command was answered: earlier attempts forbid it or made it unnecessary.
bool stopped_by_earlier(Node& node, Request& request, const SendSpec& spec);

/// The first hop is not our peer: no row.
void no_first_peer(Request& request);

/// The scenario may refuse the command itself; `channel` is the route's first. True when it did.
bool refused(Request& request, const Plan& plan, const std::string& channel, std::string_view peer);

/// The payee's side of keysend and xkeysend, stored like an invoice: after a restart the preimage must still be known.
/// The label selects its scenario.
const Invoice& without_invoice(Node& node, const std::string& label, std::uint64_t msat);

/// Renames a parameter `msatoshi` to `amount_msat` in versions that know both.
void accept_msatoshi(const Node& node, Request& request);

} // namespace standin

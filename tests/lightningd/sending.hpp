// What sendpay, sendonion and injectpaymentonion have in common: their answers, and the reasons not to send.
#pragma once

#include "progress.hpp"
#include "request.hpp"

namespace standin {

/// "Monitor status with …" and the row.
void answer_in_progress(Request& request, const Row& row);

/// True when the command was answered: earlier attempts forbid it or have done it already.
bool stopped_by_earlier(Node& node, Request& request, const SendSpec& spec);

/// The first hop is no peer of ours: no row.
void no_first_peer(Request& request);

/// The scenario may refuse the command itself, `channel` being the first of the route. True when it did.
bool refused(Request& request, const Plan& plan, const std::string& channel, std::string_view peer);

/// What keysend and its like pay, remembered like an invoice: after a restart its preimage must still be known. The
/// label finds its scenario.
const Invoice& without_invoice(Node& node, const std::string& label, std::uint64_t msat);

/// Makes a parameter `msatoshi` an `amount_msat` for versions that know both names.
void accept_msatoshi(const Node& node, Request& request);

} // namespace standin

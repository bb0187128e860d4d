// The rpc_command hook (lightningd/jsonrpc.c; src/cln/README.md): calls every plugin that hooks the method, one
// after the other, then runs, replaces or answers the command. Crashes where lightningd crashes.
#pragma once

#include "request.hpp"

namespace standin {

struct Node;

void call_rpc_command_hook(Node& node, const RequestPtr& request);

} // namespace standin

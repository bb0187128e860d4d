// The rpc_command hook (lightningd/jsonrpc.c; src/cln/README.md): asks every plugin that hooks the method, one
// after the other, then runs, replaces or answers the command. Dies where lightningd dies.
#pragma once

#include "request.hpp"

namespace standin {

struct Node;

void call_rpc_command_hook(Node& node, const RequestPtr& request);

} // namespace standin

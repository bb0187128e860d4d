// Compiled once for all targets: most of their building time is these headers.
#include "cln/notifications.hpp"
#include "payments/table.hpp"
#include "rpc/framer.hpp"
#include "rpc/json.hpp"

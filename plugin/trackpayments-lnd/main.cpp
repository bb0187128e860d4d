// The program `trackpayments-lnd`. Under lightningd it speaks JSON-RPC on stdin and stdout, and LND's API on its
// listeners; in a terminal it prints its help.
#include "host/start.hpp"
#include "plugin/trackpayments-lnd/server.hpp"
#include "plugin/trackpayments-lnd/tables.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
    return host::start(argc, argv,
                       {"trackpayments-lnd", plugin::version, trackpayments_lnd::about(), trackpayments_lnd::run});
}

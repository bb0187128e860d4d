// The program `trackpayments-nats`. Under lightningd it speaks JSON-RPC on stdin and stdout, and publishes to a NATS
// server; in a terminal it prints its help.
#include "host/start.hpp"
#include "plugin/trackpayments-nats/publisher.hpp"
#include "plugin/trackpayments-nats/tables.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
    return host::start(argc, argv,
                       {"trackpayments-nats", plugin::version, trackpayments_nats::about(), trackpayments_nats::run});
}

// The program `trackpayments`. Under lightningd it speaks JSON-RPC on stdin and stdout; in a terminal it prints its
// help.
#include "host/start.hpp"
#include "plugin/trackpayments/tables.hpp"
#include "plugin/trackpayments/tracker.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
    return host::start(argc, argv, {"trackpayments", plugin::version, trackpayments::about(), trackpayments::run});
}

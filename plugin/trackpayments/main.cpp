// `trackpayments`: started by lightningd it speaks JSON-RPC over stdio; started by a person it says what it is.
#include "host/start.hpp"
#include "plugin/trackpayments/tables.hpp"
#include "plugin/trackpayments/tracker.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
    return host::start(argc, argv, {"trackpayments", plugin::version, trackpayments::about(), trackpayments::run});
}

// Addresses of listeners, from options. Every accepted one is numeric or localhost, and can be written and read again.
#include "http/address.hpp"
#include "fuzz.hpp"

namespace address_target {

FUZZ_TARGET(address) {
    const auto text = fuzz::text_of(data, size);
    const auto address = http::read_address(text, 8080);
    if (!address) {
        fuzz::require(!address.error().empty(), "a refusal has a reason");
        return 0;
    }
    fuzz::require(address->host == "localhost" ||
                      address->host.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos,
                  "a host is numeric or localhost");
    fuzz::require(http::read_address(http::to_string(*address), 1) == *address,
                  "written and read again, it is the same");
    if (http::is_loopback(*address))
        fuzz::require(address->host == "localhost" || address->host.starts_with("127.") || address->host.ends_with('1'),
                      "only this machine's own addresses are loopback");
    return 0;
}

} // namespace address_target

// Macaroons and their ids, from clients.
#include "lndapi/macaroon.hpp"

#include "fuzz.hpp"

#include <algorithm>

namespace macaroon_target {

namespace {

void check_id(std::string_view bytes) {
    const auto id = lndapi::read_macaroon_id(bytes);
    if (!id)
        return;
    const auto written = lndapi::write_macaroon_id(*id);
    const auto again = lndapi::read_macaroon_id(written);
    fuzz::require(again && again->nonce == id->nonce && again->storage_id == id->storage_id &&
                      again->ops.size() == id->ops.size(),
                  "an id written and read again is the same");
    for (std::size_t i = 0; i < id->ops.size(); ++i) {
        const auto& actions = again->ops[i].actions;
        fuzz::require(again->ops[i].entity == id->ops[i].entity &&
                          std::all_of(actions.begin(), actions.end(), [](const auto& one) { return !one.empty(); }),
                      "a permission written and read again is the same");
    }
    fuzz::require(lndapi::write_macaroon_id(*again) == written, "an id has one form");
}

} // namespace

FUZZ_TARGET(macaroon) {
    const auto bytes = fuzz::text_of(data, size);
    check_id(bytes);
    const auto macaroon = lndapi::read_macaroon(bytes);
    if (!macaroon) {
        fuzz::require(!macaroon.error().empty() && macaroon.error().size() < 60 + 4 * size, "an error is a sentence");
        return 0;
    }
    fuzz::require(macaroon->signature.size() == 32, "a signature has 32 bytes");
    check_id(macaroon->id);
    const auto written = lndapi::write_macaroon(*macaroon);
    const auto again = lndapi::read_macaroon(written);
    fuzz::require(again && again->location == macaroon->location && again->id == macaroon->id &&
                      again->caveats == macaroon->caveats && again->signature == macaroon->signature,
                  "written and read again, it is the same");
    fuzz::require(written.size() <= size, "no byte is read twice");
    const auto longer = lndapi::read_macaroon(std::string(bytes) + "more");
    fuzz::require(longer && longer->signature == macaroon->signature, "bytes after the signature change nothing");
    for (const std::size_t cut : {std::size_t{1}, std::size_t{32}, written.size() / 2, written.size() - 1})
        fuzz::require(!lndapi::read_macaroon(std::string_view(written).substr(0, written.size() - cut)),
                      "a macaroon that was cut is none");
    return 0;
}

} // namespace macaroon_target

#include "lndapi/asker.hpp"

#include "http/address.hpp"

namespace lndapi {

Asker asker_of(const Call& call) {
    return {http::network_of(call.request().peer), [weak = call.weak()] { return !weak.expired(); },
            [weak = call.weak()] {
                const auto open = weak.lock();
                return open && (*open)->slowed();
            }};
}

} // namespace lndapi

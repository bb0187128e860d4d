// Owners of libnats' objects.
#pragma once

#include <memory>

#include <nats/nats.h>

namespace jetstream {

template <auto destroy>
struct Destroy {
    template <class T>
    void operator()(T* object) const {
        destroy(object);
    }
};

using ConnectionPtr = std::unique_ptr<natsConnection, Destroy<&natsConnection_Destroy>>;
using OptionsPtr = std::unique_ptr<natsOptions, Destroy<&natsOptions_Destroy>>;
using ContextPtr = std::unique_ptr<jsCtx, Destroy<&jsCtx_Destroy>>;
using MessagePtr = std::unique_ptr<natsMsg, Destroy<&natsMsg_Destroy>>;
using StreamInfoPtr = std::unique_ptr<jsStreamInfo, Destroy<&jsStreamInfo_Destroy>>;

} // namespace jetstream

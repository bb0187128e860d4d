#include "payments/route.hpp"

namespace payments {

bool Route::learn(const Route& other) {
    bool learned = false;
    if (hops.empty() && !other.hops.empty()) {
        hops = other.hops;
        secret_of_invoice = other.secret_of_invoice;
        learned = true;
    }
    if (total_time_lock == 0 && other.total_time_lock != 0) {
        total_time_lock = other.total_time_lock;
        learned = true;
    }
    self |= other.self;
    return learned;
}

} // namespace payments

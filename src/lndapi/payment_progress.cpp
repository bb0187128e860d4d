#include "lndapi/payment_progress.hpp"

#include "json/parser.hpp"

namespace lndapi {

PaymentProgress progress_of(const consumer::Snapshot& payment) {
    PaymentProgress progress{payment.status != consumer::Status::in_flight};
    json::Parser parser;
    if (const auto value = parser.read(payment.json))
        for (const auto attempt : value->find("htlcs").elements()) {
            ++progress.attempts;
            progress.resolved += attempt.find("status").text() != "IN_FLIGHT" ? 1 : 0;
        }
    return progress;
}

} // namespace lndapi

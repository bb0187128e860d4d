// Remembers which payments were counted, in bounded memory: a payment counts once for each way in which it ended, also
// if the tracker restarts, or the reader gets an end again. A payment is known by its attempts' ids, which never
// change; its payment_index changes when its first row is deleted.
#pragma once

#include "metrics/ended_payment.hpp"

#include <deque>
#include <unordered_map>

namespace metrics {

class Counted final {
  public:
    /// Payments. The oldest are forgotten first; an end that comes again after that counts twice.
    static constexpr std::size_t most = 20'000;

    struct News {
        bool counts = false;        ///< the payment has not ended this way so far
        bool failed_before = false; ///< it succeeded now, and was counted as failed
        std::size_t attempts = 0;   ///< how many of its attempts, the newest ones, are not counted so far
    };

    explicit Counted(std::size_t limit = most) : most_(limit) {}

    /// Call for each end in their order.
    [[nodiscard]] News add(const EndedPayment& payment);
    [[nodiscard]] std::size_t size() const { return order_.size(); }

  private:
    struct Payment {
        std::uint64_t number = 0;
        std::uint64_t first = 0; // attempt ids
        std::uint64_t last = 0;
        bool succeeded = false;
        bool failed = false;
    };
    struct Place {
        base::PaymentHash hash;
        std::uint64_t number = 0;
    };

    [[nodiscard]] Payment& payment_of(const EndedPayment& ended);
    void forget_oldest();

    std::size_t most_;
    std::uint64_t numbers_ = 0;
    std::unordered_map<base::PaymentHash, std::vector<Payment>> by_hash_;
    std::deque<Place> order_;
};

} // namespace metrics

// Large snapshots of payments in flight go out at most once in a pause per payment. What changes meanwhile waits, and
// holds the cursor.
#pragma once

#include "io/timer.hpp"
#include "payments/payment.hpp"
#include "publish/progress.hpp"

#include <unordered_map>

namespace publish {

class LargeSnapshots final {
  public:
    /// Bytes; a smaller snapshot is not delayed.
    static constexpr std::size_t large = 64UL * 1024;

    /// The pause of a payment is over: a snapshot of it is due. It holds the cursor until that is queued.
    using Due = std::function<void(const payments::PaymentKey& key, Progress::Hold hold)>;

    LargeSnapshots(io::Loop& loop, Progress& progress, Due due)
        : progress_(progress), due_(std::move(due)), timer_(loop) {}

    /// A second unless set; what waits begins to wait anew.
    void set_pause(std::chrono::milliseconds pause);
    /// A snapshot of a payment in flight, of that many bytes, has just been made.
    void made(const payments::PaymentKey& key, std::size_t bytes);
    /// True when the payment has to wait for its pause to end; a snapshot is due then.
    [[nodiscard]] bool delays(const payments::PaymentKey& key);
    /// It is over, and its last snapshot waits for nothing.
    void erase(const payments::PaymentKey& key) { payments_.erase(key); }
    /// Everything that waits is due now: nothing more will come.
    void flush();

  private:
    struct Large {
        std::chrono::steady_clock::time_point last;
        bool waiting = false; ///< a newer snapshot is due when the pause is over
        Progress::Hold hold{};
    };

    void arm();
    void pause_over();

    Progress& progress_;
    Due due_;
    std::unordered_map<payments::PaymentKey, Large> payments_;
    std::chrono::milliseconds pause_{1000};
    io::Timer timer_;
};

} // namespace publish

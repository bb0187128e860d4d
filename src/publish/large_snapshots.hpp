// Limits large snapshots of a payment in flight to one per pause. A change within the pause waits, and holds the
// cursor.
#pragma once

#include "io/timer.hpp"
#include "payments/payment.hpp"
#include "publish/progress.hpp"

#include <unordered_map>

namespace publish {

class LargeSnapshots final {
  public:
    /// Bytes; by default snapshots up to this size are not delayed.
    static constexpr std::size_t large = 64UL * 1024;

    /// Called when the pause is over and a snapshot is due. `hold` holds the cursor until the snapshot is queued.
    using Due = std::function<void(const payments::PaymentKey& key, Progress::Hold hold)>;

    LargeSnapshots(io::Loop& loop, Progress& progress, Due due)
        : progress_(progress), due_(std::move(due)), timer_(loop) {}

    void set_large(std::size_t bytes) { large_ = bytes; }
    /// One second by default. Waiting payments start a new pause.
    void set_pause(std::chrono::milliseconds pause);
    /// Call after writing a snapshot of a payment in flight, with its size.
    void made(const payments::PaymentKey& key, std::size_t bytes);
    /// True if the payment is in its pause; `Due` is called at its end.
    [[nodiscard]] bool delays(const payments::PaymentKey& key);
    /// The payment has ended: its last snapshot is not delayed.
    void erase(const payments::PaymentKey& key) { payments_.erase(key); }
    /// Calls `Due` for all waiting payments now, before the program ends.
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
    std::size_t large_ = large;
    std::chrono::milliseconds pause_{1000};
    io::Timer timer_;
};

} // namespace publish

// What a client of HTTP/2 may send without any progress: frames that neither complete a request nor answer to data it
// was given. Such floods cost only the server's time, and nghttp2 1.52 limits few of them.
#pragma once

#include <algorithm>
#include <chrono>

namespace http {

class FrameBudget final {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr double most = 1000; ///< frames at once
    /// After much data: a client may have waited with its answers.
    static constexpr double most_earned = 20'000;
    static constexpr double per_second = 100;
    /// Earned by each frame of data that leaves: clients answer it with up to two WINDOW_UPDATE and a PING.
    static constexpr double of_data_sent = 4;
    static constexpr double of_request = 2;
    /// A request that is given up cost more than the frame.
    static constexpr double cost_of_reset = 5;
    /// Headers above the limit were all decoded.
    static constexpr double cost_of_long_headers = 100;

    void refill(Time now) {
        const auto more = std::chrono::duration<double>(now - filled_).count() * per_second;
        filled_ = now;
        if (left_ < most)
            left_ = std::min(most, left_ + more);
    }
    void earn(double frames) { left_ = std::min(most_earned, left_ + frames); }
    /// False if the budget is used up.
    [[nodiscard]] bool spend(double frames) {
        left_ -= frames;
        return left_ >= 0;
    }

  private:
    double left_ = most;
    Time filled_ = std::chrono::steady_clock::now();
};

} // namespace http

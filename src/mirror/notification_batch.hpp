// Decodes a batch of lightningd's notifications before the first one is applied. The decoding and the applying code
// together exceed the 32 kB instruction cache; alternating between them costs a tenth of the time per update
// (tests/bench/round.cpp).
#pragma once

#include "base/pool.hpp"
#include "cln/topics.hpp"
#include "json/parser.hpp"
#include "rpc/message.hpp"

#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace mirror {

class NotificationBatch final {
  public:
    using DecodedNotification = cln::DecodedNotification;

    /// True for a notification of a topic about payments.
    [[nodiscard]] static bool is_decoded(const rpc::Message& message);

    /// Decodes the matching messages; drops earlier ones. `now`: when they were read.
    void decode(std::span<const rpc::Message> messages, base::UnixNs now);
    /// The next decoded notification; there must be one.
    [[nodiscard]] DecodedNotification& next() { return notifications_[next_++]; }
    /// The remaining ones.
    [[nodiscard]] std::span<const DecodedNotification> left() const { return std::span(notifications_).subspan(next_); }

  private:
    [[nodiscard]] DecodedNotification decoded(const rpc::Message& message, base::UnixNs now);
    void reuse_invoices();

    json::Parser params_; // of the current notification
    std::vector<DecodedNotification> notifications_;
    base::Pool<std::string> pool_{64}; // used invoices: malloc is slow beyond the seven that it caches
    std::size_t next_ = 0;
};

} // namespace mirror

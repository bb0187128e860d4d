// Decodes lightningd's notifications in batches, before the first is applied. The code that decodes and the code that
// applies are together more than the processor's nearest 32 kB, and by turns each would push the other out: a tenth of
// a round.
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

    /// It is a notification, and its topic is about payments.
    [[nodiscard]] static bool is_decoded(const rpc::Message& message);

    /// Decodes those of the messages, in place of what is left of earlier ones. `now`: when they came.
    void decode(std::span<const rpc::Message> messages, base::UnixNs now);
    /// What the first of those says that was not asked for yet; there must be one.
    [[nodiscard]] DecodedNotification& next() { return notifications_[next_++]; }
    /// All that are left.
    [[nodiscard]] std::span<const DecodedNotification> left() const { return std::span(notifications_).subspan(next_); }

  private:
    [[nodiscard]] DecodedNotification decoded(const rpc::Message& message, base::UnixNs now);
    void reuse_invoices();

    json::Parser params_; // of the one at hand
    std::vector<DecodedNotification> notifications_;
    base::Pool<std::string> pool_{64}; // used invoices: malloc keeps seven at hand, beyond that it is slow
    std::size_t next_ = 0;
};

} // namespace mirror

// A call that is answered with one message, such as Lightning/GetInfo.
#pragma once

#include "lndapi/call.hpp"

#include <functional>
#include <optional>

#include <tl/expected.hpp>

namespace lndapi {

class Unary : public Call {
  public:
    /// The message as JSON, or why there is none.
    using Reply = std::function<void(const tl::expected<std::string, Failure>&)>;
    /// Passes the message to `reply` once, at once or later; never, if it cannot be known any more.
    using Ask = std::function<void(Reply reply)>;

    Unary(io::Loop& loop, http::Exchange& exchange, std::unique_ptr<const Output> output, const wire::Message& type,
          Ask ask);

    void serve() final;

  private:
    [[nodiscard]] bool next(std::string& out) override;

    const wire::Message& type_;
    Ask ask_;
    std::optional<std::string> message_; // until it is handed over
};

} // namespace lndapi

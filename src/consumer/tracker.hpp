// Typed calls of the command `trackpayments`. Each answer comes once, in a later turn of the loop, also when the RPC
// socket is lost; after the destructor none comes.
#pragma once

#include "base/log.hpp"
#include "consumer/snapshot.hpp"
#include "rpc/client.hpp"

#include <functional>

namespace consumer {

struct Refusal {
    enum class Kind : std::uint8_t {
        unknown_hash, ///< the tracker knows no payment of the hash
        refused,      ///< a bad parameter, for example a cursor of another node
        unavailable   ///< not running, not ready, or the RPC socket is lost: try again later
    };
    Kind kind = Kind::unavailable;
    std::string message; ///< the tracker's or lightningd's own sentence, or one of ours
};

class Tracker final {
  public:
    using Callback = std::function<void(const tl::expected<Answer, Refusal>&)>;

    Tracker(rpc::Client& client, base::Log log) : client_(client), log_(std::move(log)) {}
    Tracker(const Tracker&) = delete;
    Tracker& operator=(const Tracker&) = delete;
    ~Tracker() = default;

    /// The payments in flight.
    void ask_in_flight(const Callback& answer) { ask("{}", answer); }
    /// One page of the payments that changed after the cursor. `cursor`: any text.
    void ask_since(std::string_view cursor, const Callback& answer);
    /// All payments of the hash, oldest first.
    void ask_hash(const base::PaymentHash& hash, const Callback& answer);
    /// A page of all payments. Their index decides the order; the page is in Answer::payments, oldest first.
    void ask_page(const PageQuery& query, const Callback& answer);

  private:
    void ask(std::string_view params, const Callback& answer);
    [[nodiscard]] tl::expected<Answer, Refusal> read(const tl::expected<std::string_view, rpc::Client::Failure>& reply);

    rpc::Client& client_;
    base::Log log_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true); // callbacks in the client outlive this
};

} // namespace consumer

// Stores one change in the stream, once. It publishes after the payment's last message as far as that is known; if the
// server has another one, that one decides: either it has everything already, or the change is published after it. So
// a change whose acknowledgement was lost is not stored twice, however long ago that was.
#pragma once

#include "base/log.hpp"
#include "sink/window.hpp"

#include <utility>

namespace sink {

class Delivery final {
  public:
    enum class Outcome : std::uint8_t {
        stored,
        already_stored, ///< the stream has the same state or a richer one
        lost,           ///< the connection ended: unknown
        refused         ///< it does not fit; the reason is for the operator
    };
    using Done = std::function<void(Outcome, const std::string& reason)>;
    /// A payment that the stream has in flight under another index.
    using OldIndex = std::function<void(const base::PaymentHash&, std::uint64_t index, const Knowledge& stored)>;

    Delivery(jetstream::Stream& stream, base::Log log, OldIndex old_index)
        : stream_(stream), log_(std::move(log)), old_index_(std::move(old_index)) {}
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;
    ~Delivery() = default;

    void set_form(Form form) { form_ = std::move(form); }
    /// The highest sequence that the server has acknowledged.
    [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }
    /// The server has nothing of this node behind that sequence: what it acknowledged is lost.
    void go_back_to(std::uint64_t sequence) {
        last_sequence_ = sequence;
        went_back_ = false;
    }
    /// True once if a new message got a lower sequence than one before: the stream may have been made again.
    [[nodiscard]] bool take_went_back() { return std::exchange(went_back_, false); }
    /// Payments created in this second (UNIX time) or before may be in the stream under an older index.
    void look_for_old_indexes_until(std::int64_t second) { old_until_ = second; }

    /// `change` must stay valid until `done`, which is called once, perhaps at once. One change of a payment at a time.
    void deliver(Change& change, const consumer::CursorPtr& low, Done done);

  private:
    /// The last message of a payment.
    struct Stored {
        std::uint64_t sequence = 0;
        std::optional<Knowledge> knowledge; ///< nothing if it is not one of ours
        std::string id;                     ///< Nats-Msg-Id
    };
    /// One snapshot that is being stored.
    struct Work {
        Change& change;
        Knowledge knowledge;
        consumer::CursorPtr low;
        Done done;
        std::optional<Stored> last{}; // the payment's last message, as far as known
        std::string id{};             // Nats-Msg-Id
        bool another_id = false;      // the server took it for a repetition of an older message
    };
    using WorkPtr = std::shared_ptr<Work>;
    using Result = tl::expected<jetstream::Ack, jetstream::PublishError>;

    void deliver_payment(Change& change, const consumer::CursorPtr& low, Done done);
    void deliver_deletion(const Change& change, const consumer::CursorPtr& low, Done done);
    void look_for_old_index(const WorkPtr& work);
    void publish(const WorkPtr& work);
    void published(const WorkPtr& work, std::size_t bytes, const Result& result);
    void look(const WorkPtr& work);
    void found(const WorkPtr& work, const std::optional<jetstream::StoredMessage>& message);
    void finish(const WorkPtr& work, Stored last, Outcome outcome);
    void acknowledged(const jetstream::Ack& ack);
    [[nodiscard]] bool may_have_old_index(const Change& change) const;
    [[nodiscard]] static bool is_stored(const Work& work);

    jetstream::Stream& stream_;
    base::Log log_;
    OldIndex old_index_;
    Form form_;
    std::int64_t old_until_ = -1;
    std::uint64_t last_sequence_ = 0;
    bool went_back_ = false;
    std::map<std::uint64_t, Stored> in_flight_; // by payment_index: they will change again
    bool unreadable_logged_ = false;
};

} // namespace sink

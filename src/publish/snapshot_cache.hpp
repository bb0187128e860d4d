// Writes payments as JSON and reuses the texts of unchanged attempts. For a payment of several parts, the texts of
// attempts with the same Part::revision are copied: 50 ns each with a route, instead of 400. Uses one buffer. Kept
// texts are bounded; the least recently used one is dropped first.
#pragma once

#include "json/writer.hpp"
#include "payments/payment.hpp"

#include <list>
#include <unordered_map>

namespace publish {

class SnapshotCache final {
  public:
    /// `most_kept`: limit in bytes of texts and their entries.
    explicit SnapshotCache(std::size_t most_kept = 16UL * 1024 * 1024) : most_kept_(most_kept) {}

    /// The text of lnrpc::to_json(lnrpc::to_lnrpc(payment)). All payments must be of one table. Valid until the next
    /// call.
    [[nodiscard]] std::string_view json(const payments::Payment& payment);
    [[nodiscard]] std::size_t kept_bytes() const { return kept_bytes_; }

  private:
    struct Attempt {
        base::CreatedIndex id;
        std::uint64_t revision = 0;
        std::size_t begin = 0; // of its text
        std::size_t size = 0;
    };
    struct Kept {
        payments::PaymentKey key;
        std::optional<payments::Secret> secret; // the payment's, shown in its attempts
        base::Msat value;
        std::vector<Attempt> attempts; // by id
        std::string text;
        [[nodiscard]] std::size_t bytes() const;
    };
    using KeptRef = std::list<Kept>::iterator;

    void write_attempts(const payments::Payment& payment);
    void keep(const payments::Payment& payment, std::string_view text);
    void erase(const payments::PaymentKey& key);
    void erase(KeptRef kept);

    std::size_t most_kept_;
    std::size_t kept_bytes_ = 0;
    json::Writer out_;
    std::vector<Attempt> written_; // of the current payment
    std::list<Kept> kept_;         // least recently used first
    std::unordered_map<payments::PaymentKey, KeptRef> index_;
};

} // namespace publish

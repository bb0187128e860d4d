// The invoices that the stand-in has made: it plays their payees too. The texts have hash, amount and secret; their
// signatures are zeros. Texts of offers are names to look up.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace standin {

struct Invoice {
    std::string text; ///< lnbcrt… or lni1…; any string if the caller gave it
    std::string label;
    std::string description;
    base::PaymentHash hash;
    base::Preimage preimage;
    std::string payment_secret; ///< hex
    std::uint64_t amount = 0;   ///< msat, 0 = any
    std::uint32_t created_at = 0;
    std::uint32_t expiry = 604800;
    bool bolt12 = false;
    bool to_self = false; ///< our own node is the payee
};

/// An offer, from which payers fetch invoices; the stand-in answers them.
struct Offer {
    std::string text;  ///< lno1standin…
    std::string label; ///< of the invoices, so that a scenario finds them
    std::string description;
    std::uint64_t amount = 0; ///< msat, 0 = any
};

class Invoices final {
  public:
    /// Fills in text, hash, preimage and secret where they are missing. Several may have one hash.
    const Invoice& add(Invoice invoice);
    [[nodiscard]] const Invoice* by_text(const std::string& text) const;
    /// The newest of that hash.
    [[nodiscard]] const Invoice* by_hash(const base::PaymentHash& hash) const;
    [[nodiscard]] const Invoice* by_label(const std::string& label) const;

    const Offer& add_offer(Offer offer);
    [[nodiscard]] const Offer* offer_by_text(const std::string& text) const;

  private:
    std::deque<Invoice> invoices_;
    std::unordered_map<base::PaymentHash, std::size_t> hashes_;
    std::unordered_map<std::string, std::size_t> texts_;
    std::unordered_map<std::string, std::size_t> labels_;
    std::unordered_map<std::string, Offer> offers_;
};

} // namespace standin

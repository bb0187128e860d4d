// Has lightningd decode the invoices of payments: what they ask for, and the payment secret that xpay's parts carry.
// Remembers what it read, by invoice: one payment hash may have several. Of an invoice of another hash nothing is said
// (a raw sendpay stores whatever string it was given).
#pragma once

#include "cln/lightningd.hpp"
#include "mirror/fact_sink.hpp"
#include "payments/change.hpp"
#include "payments/table.hpp"

#include <deque>
#include <memory>

namespace mirror {

class InvoiceLookup final : public payments::ChangeListener {
  public:
    /// `decoded`: null when the invoice cannot be read or is of another hash. `lost`: the socket went away.
    using Answer = std::function<void(const payments::InvoiceDecoded* decoded, bool lost)>;

    /// `facts`: what invoices of payments in the table say.
    InvoiceLookup(cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts);

    /// Answers at once what is remembered.
    void read(const std::string& invoice, const base::PaymentHash& hash, const Answer& answer);
    /// Reads what is missing of payments that changed, beside everything else.
    void changed(const payments::Change& change) override;

  private:
    using Decoding = std::optional<payments::InvoiceDecoded>; ///< nothing where lightningd could not decode it
    struct Known {
        std::optional<Decoding> decoding; ///< nothing while the answer is awaited
        std::vector<std::pair<base::PaymentHash, Answer>> waiting;
    };

    void ask(const std::string& invoice);
    void answered(const std::string& invoice, const Decoding& decoding, bool lost);
    void remember(const std::string& invoice, const Decoding& decoding);
    [[nodiscard]] bool is_missed(const payments::InvoiceDecoded& decoded) const;

    static constexpr std::size_t remembered = 1000;
    static constexpr std::size_t longest_remembered = 8192; // bytes

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    FactSink& facts_;
    std::unordered_map<std::string, Known> known_; // by invoice
    std::deque<std::string> order_;                // of known_, oldest first
};

} // namespace mirror

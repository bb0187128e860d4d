// Lets lightningd decode invoices: the amount, and the payment secret that xpay's parts have. Remembers results by
// invoice, because a payment hash may have several. Invoices of another hash are ignored (a raw sendpay stores any
// string it is given).
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
    /// `decoded`: null if the invoice cannot be read or has another hash. `lost`: the socket was lost.
    using Answer = std::function<void(const payments::InvoiceDecoded* decoded, bool lost)>;

    /// `facts` receives the decoded invoices of payments in the table.
    InvoiceLookup(cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts);

    /// Calls `answer` at once if the result is remembered.
    void read(const std::string& invoice, const base::PaymentHash& hash, const Answer& answer);
    /// Decodes missing invoices of changed payments.
    void changed(const payments::Change& change) override;

  private:
    using Decoding = std::optional<payments::InvoiceDecoded>; ///< empty if lightningd could not decode it
    struct Known {
        std::optional<Decoding> decoding; ///< empty until the answer comes
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

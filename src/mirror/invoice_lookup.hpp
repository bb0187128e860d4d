// Reads the invoices of payments: the amount, and the payment secret that xpay's parts have. Reads them itself
// (bolt/invoice.hpp); only what it cannot read is sent to lightningd's `decode`, whose plugin needs 30 times as long as
// a whole update here. An invoice of another hash has no values for the payment (a raw sendpay stores any string it is
// given).
#pragma once

#include "cln/lightningd.hpp"
#include "mirror/fact_sink.hpp"
#include "payments/change.hpp"
#include "payments/table.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace mirror {

class InvoiceLookup final : public payments::ChangeListener {
  public:
    /// Null: the socket was lost.
    using Answer = std::function<void(const payments::InvoiceDecoded* decoded)>;

    /// `facts` receives the invoices of payments in the table.
    InvoiceLookup(cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts);

    /// Returns the invoice if it can be read here. Else lightningd is asked, and `answer` called later, never before
    /// this returns. Without values if nobody can read it, or if its hash is not `hash`.
    [[nodiscard]] std::optional<payments::InvoiceDecoded> read(const std::string& invoice,
                                                               const base::PaymentHash& hash, Answer answer);
    /// Reads missing invoices of changed payments.
    void changed(const payments::Change& change) override;

  private:
    struct Waiting {
        base::PaymentHash hash;
        Answer answer; ///< null if only the table waits
    };

    void ask(const std::string& invoice, Waiting waiting);
    void answered(const std::string& invoice, const bolt::Invoice& decoded);
    void lost(const std::string& invoice);
    [[nodiscard]] bool is_missed(const payments::InvoiceDecoded& decoded) const;

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    FactSink& facts_;
    std::unordered_map<std::string, std::vector<Waiting>> asked_; // by invoice; lightningd's answer is pending
};

} // namespace mirror

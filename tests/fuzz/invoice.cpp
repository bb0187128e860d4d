// The reply of `decode`, for BOLT 11 and BOLT 12 invoices.
#include "cln/replies.hpp"
#include "facts_in_json.hpp"

namespace invoice_target {

FUZZ_TARGET(invoice) {
    const auto result = fuzz::json_of(data, size);
    if (!result)
        return 0;
    const auto invoice = cln::decode_invoice(fuzz::Nodes(*result));
    if (!invoice) {
        fuzz::check_refusal(invoice.error());
        return 0;
    }
    const std::string prefix = fuzz::at(*result, "invoice_payment_hash") ? "invoice_" : "";
    fuzz::require(fuzz::is_hex(fuzz::at(*result, (prefix + "payment_hash").c_str()), invoice->hash.hex()), "hash");
    const auto* amount = fuzz::at(*result, (prefix + "amount_msat").c_str());
    fuzz::require(amount ? invoice->amount && fuzz::is_amount(amount, invoice->amount->value) : !invoice->amount,
                  "amount");
    if (invoice->payment_secret)
        fuzz::require(fuzz::is_hex(fuzz::at(*result, "payment_secret"), base::to_hex(*invoice->payment_secret)),
                      "payment_secret");
    return 0;
}

} // namespace invoice_target

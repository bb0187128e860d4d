#include "bolt/invoice.hpp"

#include "bolt/bolt11.hpp"
#include "bolt/bolt12_invoice.hpp"

namespace bolt {

tl::expected<Invoice, Error> read_invoice(std::string_view text) {
    constexpr std::string_view scheme = "lightning:";
    if (text.starts_with(scheme) || text.starts_with("LIGHTNING:"))
        text.remove_prefix(scheme.size());
    if (text.starts_with("lni") || text.starts_with("LNI"))
        return read_bolt12_invoice(text);
    return read_bolt11(text);
}

} // namespace bolt

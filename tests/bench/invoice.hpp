// BOLT 11 invoices by the thousand, made from a recorded one: another payment hash and payment secret, and the checksum
// that belongs to them. The signature stays the recorded one, which fits no more; the plugin does not check it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Invoice final {
  public:
    /// `recorded` has a payment hash and a payment secret.
    explicit Invoice(std::string_view recorded);
    /// `hash`, `secret`: 64 hex digits each.
    void append(std::string& to, std::string_view hash, std::string_view secret) const;

  private:
    std::string prefix_;                // up to the last '1'
    std::vector<std::uint8_t> symbols_; // five bits each, without the checksum
    std::size_t hash_ = 0;              // where its symbols begin
    std::size_t secret_ = 0;
};

/// The payment hash of an invoice, as hex.
[[nodiscard]] std::string hash_in(std::string_view invoice);

} // namespace bench

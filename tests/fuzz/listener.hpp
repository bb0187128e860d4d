// A subscriber's view of the table: what every change must keep, whatever the facts were.
#pragma once

#include "fuzz.hpp"
#include "payments/table.hpp"

#include <map>
#include <set>
#include <string>

namespace fuzz {

/// What is published of it, without what may change with no news of it: times, and the payment secret of its invoice,
/// which shows with the next news.
std::string published_form(payments::Payment payment);
/// What is not published any more: another payment of its hash succeeded.
bool settled_elsewhere(const payments::Table& table, const payments::Payment& payment);

class Listener final {
  public:
    void changed(const payments::Table& table, const payments::Change& change);
    /// Payments the table let go of are not followed any more.
    void erase(const payments::PaymentKey& key);
    /// After the last event each payment's last snapshot is its state.
    void check_published(const payments::Table& table) const;

  private:
    std::map<payments::PaymentKey, payments::Payment> last_; // as each was when it was last published
    std::set<payments::PaymentKey> hidden_; // not to be published since then: their hash was paid by another group
    std::map<payments::PaymentKey, std::set<std::uint64_t>> attempts_;
    std::map<payments::PaymentKey, base::CreatedIndex> index_;
    std::set<std::pair<payments::PaymentKey, std::uint64_t>> complete_;
};

} // namespace fuzz

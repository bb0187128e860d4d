// A subscriber's view of the table: the properties of every change, whatever the facts were.
#pragma once

#include "fuzz.hpp"
#include "payments/table.hpp"

#include <map>
#include <set>
#include <string>

namespace fuzz {

/// The published values, without those that may change without a snapshot: times until the payment has ended, and the
/// invoice's payment secret, which comes with the next snapshot.
std::string published_form(payments::Payment payment);
/// True if it is not published any more: another payment of its hash succeeded.
bool settled_elsewhere(const payments::Table& table, const payments::Payment& payment);
/// Every payment passes the strict check of a snapshot (shape.hpp).
void check_shapes(const payments::Table& table);

class Listener final {
  public:
    void changed(const payments::Table& table, const payments::Change& change);
    /// Evicted payments are not followed any more.
    void erase(const payments::PaymentKey& key);
    /// After the last event each payment's last snapshot is its state. Their shape is for check_shapes().
    void check_published(const payments::Table& table) const;

  private:
    std::map<payments::PaymentKey, payments::Payment> last_; // each as last published
    std::set<payments::PaymentKey> hidden_;                  // not published any more: another group paid their hash
    std::map<payments::PaymentKey, std::set<std::uint64_t>> attempts_;
    std::map<payments::PaymentKey, base::CreatedIndex> index_;
    std::set<std::pair<payments::PaymentKey, std::uint64_t>> complete_;
};

} // namespace fuzz

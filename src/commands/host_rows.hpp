// The rows of a host as raw text: the result of our `delpay` has more members than the table keeps. A host here is a
// parent process without a delpay of its own, not the room `host`. Unused under lightningd.
#pragma once

#include "cln/row_text.hpp"
#include "payments/table.hpp"

#include <unordered_map>

namespace commands {

class HostRows final {
  public:
    /// `result`: the raw result of listsendpays.
    void listed(std::string_view result, const payments::Table& table);
    /// `params`: the raw params of a notification; ignored if it contains no row.
    void notified(std::string_view topic, std::string_view params, const payments::Table& table);
    void erase(base::CreatedIndex created) { rows_.erase(created); }

    /// The row of a part in the table.
    [[nodiscard]] cln::RowText of(const payments::PaymentKey& key, const payments::Part& part,
                                  const std::string& invoice) const;
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

  private:
    void learn(std::optional<cln::RowText> row);
    void limit(const payments::Table& table);

    struct Kept {
        cln::RowText text;
        bool fresh = true; ///< its part may not be in the table yet
    };
    std::unordered_map<base::CreatedIndex, Kept> rows_;
    std::size_t look_at_ = 1000; ///< with this many rows, those without a part are dropped
};

} // namespace commands

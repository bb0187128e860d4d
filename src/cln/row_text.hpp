// Rows as raw text, for hosts other than lightningd, where the plugin answers delpay itself. delpay's result is the
// complete rows of `listsendpays` in lightningd's order (lightningd/pay.c, json_add_payment_fields).
#pragma once

#include "payments/part.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cln {

class RowText final {
  public:
    /// `object` must be valid JSON. Nothing if it is not an object with an index.
    [[nodiscard]] static std::optional<RowText> from(std::string_view object);
    /// The row in `data` of sendpay_failure, without the members about the failure.
    [[nodiscard]] static std::optional<RowText> from_failure(std::string_view data);
    /// A row with the values that the table has.
    [[nodiscard]] static RowText of(const payments::PaymentKey& key, const payments::Part& part,
                                    const std::string& invoice);

    [[nodiscard]] base::CreatedIndex created() const { return created_; }
    /// Adds a later version of the same row. Its values replace the old ones, but a finished row never becomes pending
    /// again.
    void learn(RowText other);
    /// Adds the values that the table has about its end.
    void end(const payments::Part& part);
    [[nodiscard]] std::string json() const;

  private:
    using Member = std::pair<std::string, std::string>; // both raw, the key with its quotes

    [[nodiscard]] const std::string* find(std::string_view key) const;
    void set(std::string_view key, std::string value);
    void add(std::string_view key, std::string value);
    [[nodiscard]] bool pending() const;
    void sort();

    base::CreatedIndex created_;
    std::vector<Member> members_; // in lightningd's order
};

/// The rows of an answer of listsendpays, each as raw text.
[[nodiscard]] std::vector<std::string_view> rows_in(std::string_view result);

} // namespace cln

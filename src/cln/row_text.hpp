// Rows kept as raw text, for a host other than lightningd, where the plugin answers delpay itself. Its result is the
// rows of `listsendpays`, whole and in lightningd's order (lightningd/pay.c, json_add_payment_fields).
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
    /// `object` must be valid JSON; nothing if it is no object with an index.
    [[nodiscard]] static std::optional<RowText> from(std::string_view object);
    /// The row in `data` of sendpay_failure: without what says how it failed.
    [[nodiscard]] static std::optional<RowText> from_failure(std::string_view data);
    /// As far as the table knows it.
    [[nodiscard]] static RowText of(const payments::PaymentKey& key, const payments::Part& part,
                                    const std::string& invoice);

    [[nodiscard]] base::CreatedIndex created() const { return created_; }
    /// Another account of the same row: its values are the newer ones, but no end becomes pending again.
    void learn(RowText other);
    /// What the table knows of its end.
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

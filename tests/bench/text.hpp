// Messages by the thousand, made from a recorded one: the values that identify the payment are replaced each time, all
// others stay as lightningd wrote them.
#pragma once

#include "invoice.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

using json = nlohmann::ordered_json; // keeps lightningd's order of members

/// The values that differ between messages.
struct Values {
    std::uint64_t payment = 0; ///< hash, group, preimage and invoice follow from it
    std::uint64_t part = 1;
    std::uint64_t created = 0;
    std::uint64_t updated = 0;
    std::int64_t seconds = 0;
};

/// 64 hex digits that look random, and back.
[[nodiscard]] std::string hash_of(std::uint64_t payment);
/// The payment secret of its invoice.
[[nodiscard]] std::string secret_of(std::uint64_t payment);
[[nodiscard]] std::uint64_t payment_of(std::string_view hash);
[[nodiscard]] std::uint64_t group_of(std::uint64_t payment);

class Text final {
  public:
    /// The recorded message, compact; `row`: the recorded row it belongs to, whose values are replaced.
    Text(const json& message, const json& row);
    void append(std::string& to, const Values& values) const;
    [[nodiscard]] std::string with(const Values& values) const {
        std::string text;
        append(text, values);
        return text;
    }

  private:
    enum class Slot : std::uint8_t { none, hash, group, part, created, updated, preimage, seconds, invoice };
    struct Piece {
        std::string text;
        Slot then = Slot::none;
    };
    std::vector<Piece> pieces_;
    std::optional<Invoice> invoice_; // if the row has one
};

/// A recording, message by message.
struct Recorded {
    std::string direction; ///< `to_plugin` and others, see tests/transcripts/README.md
    json message;
};
[[nodiscard]] std::vector<Recorded> read_recording(const std::string& file);
[[nodiscard]] std::string method_of(const json& message);
/// The row of the last sendpay_success or sendpay_failure (or only of `method`) in it, complete as at its end.
[[nodiscard]] json recorded_row(const std::vector<Recorded>& recording, std::string_view wanted = "");
/// The row before its end.
[[nodiscard]] json pending(json row);
[[nodiscard]] json failed(json row);

} // namespace bench

// Reads typed members out of lightningd's JSON. Every reader is strict (nlohmann would take -1 for a uint64 and true
// for 1) and every refusal says where: `params.sendpay_failure.data.groupid: not an unsigned integer`. Values are never
// quoted: they may be secret.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/msat.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cln {

using json::Value;

/// How a value was reached: at most six names, each perhaps with an index. Spelled out only for an error, so that
/// reading allocates nothing. Names must outlive it; they are literals.
class Path final {
  public:
    Path(const char* name) : steps_{{{name, none}}} {} // not explicit: a name is a path
    [[nodiscard]] Path then(std::string_view name) const;
    [[nodiscard]] Path at(std::size_t index) const;
    [[nodiscard]] std::string text() const;

  private:
    static constexpr std::size_t none = SIZE_MAX;
    struct Step {
        std::string_view name;
        std::size_t index = none;
    };
    std::array<Step, 6> steps_;
    std::size_t count_ = 1;
};

struct DecodeError {
    std::string path;
    std::string what;
    [[nodiscard]] std::string text() const { return path + ": " + what; }
};

template <class T>
using Decoded = tl::expected<T, DecodeError>;

/// One JSON object and how it was reached. The first thing that is wrong is remembered; readers return defaults from
/// then on, so that a decoder reads all its fields in a row and asks error() once.
class Fields final {
  public:
    Fields(Value object, const Path& path);

    /// Nothing when absent or JSON null.
    [[nodiscard]] Value find(std::string_view name) { return object_.find(name, last_); }
    [[nodiscard]] Fields object(std::string_view name);

    std::uint64_t u64(std::string_view name);
    std::optional<std::uint64_t> maybe_u64(std::string_view name);
    /// As long as the value is.
    std::string_view text(std::string_view name);
    std::optional<std::string_view> maybe_text(std::string_view name);
    base::PaymentHash hash(std::string_view name);
    std::optional<base::Preimage> maybe_preimage(std::string_view name);
    /// A number of millisatoshi, or the older `"1000msat"`.
    std::optional<base::Msat> maybe_msat(std::string_view name);
    /// Whole Unix seconds; the fraction some versions add is dropped.
    std::optional<base::UnixNs> maybe_seconds(std::string_view name);

    void refuse(std::string_view name, std::string what);
    [[nodiscard]] const std::optional<DecodeError>& error() const { return error_; }
    [[nodiscard]] const Path& path() const { return path_; }
    /// The object itself, or what was given in its place.
    [[nodiscard]] Value value() const { return object_; }

  private:
    template <class T>
    T required(std::string_view name, std::optional<T> value);

    Value object_;
    Value last_; // found: the next one asked for mostly stands behind it
    Path path_;
    std::optional<DecodeError> error_;
};

/// Nothing unless all of it is one decimal number below 2^64.
[[nodiscard]] std::optional<std::uint64_t> digits(std::string_view text);

/// A number, or a string `"<digits>msat"` or of bare digits.
[[nodiscard]] std::optional<base::Msat> read_msat(Value value);

} // namespace cln

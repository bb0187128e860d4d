// Reads typed members of lightningd's JSON. Readers are strict (nlohmann would take -1 for a uint64 and true for 1),
// and each error gives the place: `params.sendpay_failure.data.groupid: not an unsigned integer`. Errors never quote
// values, which may be secret.
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

/// The path to a value: at most six names, each perhaps with an index. The text is built only for an error, so reading
/// allocates nothing. Names must outlive the Path: use literals.
class Path final {
  public:
    Path(const char* name) : steps_{{{name, none}}} {} // not explicit: a name alone is a path
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

/// One JSON object and its path. Keeps the first error; afterwards all readers return defaults, so that a decoder reads
/// all its fields in a row and checks error() once.
class Fields final {
  public:
    Fields(Value object, const Path& path);

    /// No value if the member is absent or null.
    [[nodiscard]] Value find(std::string_view name) { return object_.find(name, last_); }
    [[nodiscard]] Fields object(std::string_view name);

    std::uint64_t u64(std::string_view name);
    std::optional<std::uint64_t> maybe_u64(std::string_view name);
    /// Valid as long as the value is.
    std::string_view text(std::string_view name);
    std::optional<std::string_view> maybe_text(std::string_view name);
    base::PaymentHash hash(std::string_view name);
    std::optional<base::Preimage> maybe_preimage(std::string_view name);
    /// A number of millisatoshi, or `"1000msat"` as in older versions.
    std::optional<base::Msat> maybe_msat(std::string_view name);
    /// Whole Unix seconds; drops the fraction that some versions add.
    std::optional<base::UnixNs> maybe_seconds(std::string_view name);

    void refuse(std::string_view name, std::string what);
    [[nodiscard]] const std::optional<DecodeError>& error() const { return error_; }
    [[nodiscard]] const Path& path() const { return path_; }
    /// The object, or the value found in its place.
    [[nodiscard]] Value value() const { return object_; }

  private:
    template <class T>
    T required(std::string_view name, std::optional<T> value);

    Value object_;
    Value last_; // the member found last; the next one mostly follows it
    Path path_;
    std::optional<DecodeError> error_;
};

/// Nothing unless the whole text is one decimal number below 2^64.
[[nodiscard]] std::optional<std::uint64_t> digits(std::string_view text);

/// A number, or a string `"<digits>msat"` or of bare digits.
[[nodiscard]] std::optional<base::Msat> read_msat(Value value);

} // namespace cln

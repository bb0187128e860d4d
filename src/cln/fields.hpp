// Reads typed members out of lightningd's JSON. Every reader is strict (nlohmann would take -1 for a uint64 and true
// for 1) and every refusal says where: `params.sendpay_failure.data.groupid: not an unsigned integer`. Values are never
// quoted: they may be secret.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/msat.hpp"
#include "base/time.hpp"
#include "rpc/json.hpp"

#include <optional>
#include <string>

#include <tl/expected.hpp>

namespace cln {

using rpc::json;

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
    Fields(const json& object, std::string path);

    /// Null when absent or JSON null.
    [[nodiscard]] const json* find(const char* name) const;
    [[nodiscard]] Fields object(const char* name);

    std::uint64_t u64(const char* name);
    std::optional<std::uint64_t> maybe_u64(const char* name);
    std::string string(const char* name);
    std::optional<std::string> maybe_string(const char* name);
    base::PaymentHash hash(const char* name);
    std::optional<base::Preimage> maybe_preimage(const char* name);
    /// A number of millisatoshi, or the older `"1000msat"`.
    std::optional<base::Msat> maybe_msat(const char* name);
    /// Whole Unix seconds; the fraction some versions add is dropped.
    std::optional<base::UnixNs> maybe_seconds(const char* name);

    void refuse(const char* name, std::string what);
    [[nodiscard]] const std::optional<DecodeError>& error() const { return error_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// The object itself; an empty one when what was given is none.
    [[nodiscard]] const json& value() const { return *object_; }

  private:
    template <class T>
    T required(const char* name, std::optional<T> value);

    const json* object_;
    std::string path_;
    std::optional<DecodeError> error_;
};

/// A number, or a string `"<digits>msat"` or of bare digits.
[[nodiscard]] std::optional<base::Msat> read_msat(const json& value);

} // namespace cln

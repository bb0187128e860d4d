// Files with secrets: credentials, seeds, private keys. One that others may read is refused.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace jetstream {

/// The content of a regular file of at most 64 kB that neither its group nor others may read or write. The error names
/// the file and never its content.
[[nodiscard]] tl::expected<std::string, std::string> load_secret(const std::string& path);

} // namespace jetstream

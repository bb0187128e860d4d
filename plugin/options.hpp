// The plugin's options: declared, read at init, changed with setconfig, in one table.
#pragma once

#include "rpc/error.hpp"
#include "json/text.hpp"

#include <chrono>

namespace plugin {

struct Options {
    std::chrono::seconds linger{10};
    std::size_t retain = 20'000; ///< parts
};

/// The `options` array of the manifest.
[[nodiscard]] json::Tree declare_options();

/// `init`'s options object. The sentence an operator should read when a value cannot be used.
[[nodiscard]] tl::expected<Options, std::string> read_options(const json::Tree& given);

/// One option and a value that it may have.
struct Setting {
    std::string option;
    std::uint64_t value = 0;
};

/// `setconfig`'s params.
[[nodiscard]] tl::expected<Setting, rpc::Error> setting_of(const json::Tree& params);

[[nodiscard]] Options changed(Options options, const Setting& setting);

} // namespace plugin

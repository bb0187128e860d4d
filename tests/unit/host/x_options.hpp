// The options of the tests' own program: one, with an old name.
#pragma once

#include "host/option.hpp"

#include <array>

namespace x_options {

inline constexpr host::Option wait{.name = "x-wait",
                                   .unit = "",
                                   .description = "",
                                   .least = 0,
                                   .most = 60,
                                   .default_value = 10,
                                   .old_name = "x-linger"};
inline constexpr std::array<host::Option, 1> options{wait};

} // namespace x_options

// Names of the topics that the plugin publishes.
#pragma once

#include <array>
#include <string_view>

namespace publish {

inline constexpr std::string_view snapshot_topic = "trackpayments";         ///< every update of every payment
inline constexpr std::string_view final_topic = "trackpayments_final";      ///< the SUCCEEDED and FAILED ones
inline constexpr std::string_view deletion_topic = "trackpayments_deleted"; ///< deleted rows
inline constexpr std::array<std::string_view, 3> topics{snapshot_topic, final_topic, deletion_topic};

} // namespace publish

// Names of the topics that the plugin publishes, and the choice of those that are wanted.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace publish {

inline constexpr std::string_view snapshot_topic = "trackpayments";         ///< every update of every payment
inline constexpr std::string_view final_topic = "trackpayments_final";      ///< the SUCCEEDED and FAILED ones
inline constexpr std::string_view deletion_topic = "trackpayments_deleted"; ///< deleted rows
inline constexpr std::array<std::string_view, 3> topics{snapshot_topic, final_topic, deletion_topic};

struct TopicChoice {
    bool snapshots = true;
    bool finals = true;
    bool deletions = true;

    [[nodiscard]] bool all() const { return snapshots && finals && deletions; }
};

/// Reads names with commas between them, or `none`. The error says what the text should be.
[[nodiscard]] tl::expected<TopicChoice, std::string> read_topics(std::string_view text);

/// The topics that are left out.
[[nodiscard]] std::vector<std::string_view> left_out(const TopicChoice& choice);

} // namespace publish

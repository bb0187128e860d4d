#include "publish/topics.hpp"

#include <algorithm>

namespace publish {

namespace {

struct Row {
    std::string_view name;
    bool TopicChoice::*member;
};

constexpr std::array rows{Row{snapshot_topic, &TopicChoice::snapshots}, Row{final_topic, &TopicChoice::finals},
                          Row{deletion_topic, &TopicChoice::deletions}};

constexpr std::string_view nothing = "none";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view spaces = " \t";
    const auto begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(spaces) + 1 - begin);
}

/// False if there is no such topic.
bool choose(TopicChoice& choice, std::string_view name) {
    for (const auto& row : rows)
        if (row.name == name)
            return choice.*row.member = true;
    return false;
}

} // namespace

tl::expected<TopicChoice, std::string> read_topics(std::string_view text) {
    TopicChoice choice{false, false, false};
    if (trimmed(text) == nothing)
        return choice;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        if (!choose(choice, trimmed(text.substr(at, end - at))))
            return tl::unexpected<std::string>("should be some of trackpayments, trackpayments_final and "
                                               "trackpayments_deleted, with commas between them, or `none`");
        at = end + 1;
    }
    return choice;
}

std::vector<std::string_view> left_out(const TopicChoice& choice) {
    std::vector<std::string_view> names;
    for (const auto& row : rows)
        if (!(choice.*row.member))
            names.push_back(row.name);
    return names;
}

} // namespace publish

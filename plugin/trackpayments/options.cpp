#include "plugin/trackpayments/options.hpp"

#include "publish/topics.hpp"

namespace trackpayments {

std::optional<std::string> check_topics(std::string_view value) {
    const auto topics = publish::read_topics(value);
    return topics ? std::nullopt : std::optional(topics.error());
}

} // namespace trackpayments

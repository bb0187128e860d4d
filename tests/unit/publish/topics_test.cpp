// The text of the option trackpayments-topics.
#include "publish/topics.hpp"

#include <doctest/doctest.h>

namespace topics_test {

using publish::left_out;
using publish::read_topics;

namespace {

using Names = std::vector<std::string_view>;

Names left_out_by(std::string_view text) {
    const auto choice = read_topics(text);
    REQUIRE_MESSAGE(choice.has_value(), text);
    return left_out(*choice);
}

} // namespace

TEST_CASE("topics that are not named are left out") {
    CHECK(left_out_by("trackpayments,trackpayments_final,trackpayments_deleted").empty());
    CHECK(left_out_by("trackpayments_deleted,trackpayments,trackpayments_final").empty());
    CHECK(left_out_by("trackpayments") == Names{"trackpayments_final", "trackpayments_deleted"});
    CHECK(left_out_by("trackpayments_final") == Names{"trackpayments", "trackpayments_deleted"});
    CHECK(left_out_by(" trackpayments , trackpayments_deleted\t") == Names{"trackpayments_final"});
    CHECK(left_out_by("trackpayments,trackpayments") == Names{"trackpayments_final", "trackpayments_deleted"});
    CHECK(left_out_by("none") == Names{"trackpayments", "trackpayments_final", "trackpayments_deleted"});
}

TEST_CASE("a text with anything that is no topic is refused, and the reason names the topics") {
    for (const auto* text : {"", " ", ",", "trackpayments,", ",trackpayments", "Trackpayments", "trackpayments_",
                             "trackpayments trackpayments_final", "trackpayments;trackpayments_final",
                             "none,trackpayments", "trackpayments,none", "all", "trackpayments,,trackpayments_final"}) {
        const auto refused = read_topics(text);
        REQUIRE_FALSE_MESSAGE(refused.has_value(), text);
        for (const auto topic : publish::topics)
            CHECK(refused.error().find(topic) != std::string::npos);
        CHECK(refused.error().find("`none`") != std::string::npos);
    }
}

} // namespace topics_test

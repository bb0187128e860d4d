// The stand-in's filter leaves of a result what lightningd v26.06.6 left of it (recorded_filters.json).
#include "result_filter.hpp"

#include <fstream>

#include <doctest/doctest.h>

TEST_CASE("every recorded filter leaves what it left of the real node's result") {
    const auto recorded = nlohmann::ordered_json::parse(std::ifstream(RECORDED_FILTERS));
    std::size_t tried = 0;
    for (const auto& [method, node] : recorded.items())
        for (const auto& one : node["filters"]) {
            const std::string text = one["filter"];
            INFO(method, " ", text);
            const auto filter = standin::ResultFilter::read(text);
            if (one.contains("error"))
                CHECK(filter.error() == one["error"]);
            else
                CHECK(filter.value().apply(node["result"]).dump() == one["left"].dump());
            ++tried;
        }
    CHECK(tried > 30);
}

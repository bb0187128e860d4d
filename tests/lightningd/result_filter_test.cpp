// The stand-in's filter against results filtered by lightningd v26.06.6 (recorded_filters.json).
#include "result_filter.hpp"

#include <fstream>

#include <doctest/doctest.h>

TEST_CASE("every recorded filter gives the same result as on the real node") {
    const auto recorded = nlohmann::ordered_json::parse(std::ifstream(RECORDED_FILTERS));
    std::size_t tried = 0;
    for (const auto& [method, node] : recorded.items())
        for (const auto& one : node["filters"]) {
            const std::string text = one["filter"];
            const std::string& of = method; // clang 14 captures no binding
            INFO(of, " ", text);
            const auto filter = standin::ResultFilter::read(text);
            if (one.contains("error"))
                CHECK(filter.error() == one["error"]);
            else
                CHECK(filter.value().apply(node["result"]).dump() == one["left"].dump());
            ++tried;
        }
    CHECK(tried > 30);
}

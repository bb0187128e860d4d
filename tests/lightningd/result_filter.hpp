// Applies the `filter` of a request to a result, as lightningd's own commands do (common/json_filter.c). The stand-in's
// own code: the plugin filters its results with other code.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace standin {

class ResultFilter final {
  public:
    /// The error is lightningd's complaint.
    static tl::expected<ResultFilter, std::string> read(std::string_view text);

    /// The selected parts of an object. An additional member warns if an array was filtered as an object, or an object
    /// as an array.
    [[nodiscard]] nlohmann::ordered_json apply(const nlohmann::ordered_json& result) const;

  private:
    /// One level of the filter; a leaf has neither members nor an element.
    struct Level {
        std::map<std::string, Level> members;
        std::unique_ptr<Level> element;
    };
    class Walk;

    static tl::expected<Level, std::string> read_level(std::string_view text);

    Level top_;
};

} // namespace standin

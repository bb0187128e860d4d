// The `filter` of a request and what it leaves of a result, as lightningd's own commands do it
// (common/json_filter.c). Code of the stand-in's own: the plugin filters its own results with other code.
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
    /// The whole complaint when lightningd refuses it.
    static tl::expected<ResultFilter, std::string> read(std::string_view text);

    /// The parts of an object that were asked for. It tells in a member of its own where an array was taken for an
    /// object or the other way round.
    [[nodiscard]] nlohmann::ordered_json apply(const nlohmann::ordered_json& result) const;

  private:
    /// One level of what was asked for; a leaf has neither members nor an element.
    struct Level {
        std::map<std::string, Level> members;
        std::unique_ptr<Level> element;
    };
    class Walk;

    static tl::expected<Level, std::string> read_level(std::string_view text);

    Level top_;
};

} // namespace standin

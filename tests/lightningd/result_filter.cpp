#include "result_filter.hpp"

#include "given.hpp"

#include <set>

namespace standin {

using Json = nlohmann::ordered_json;

/// lightningd filters while it writes, with a cursor in the filter's tree. That cursor keeps state, which has two
/// effects: members of an object under a leaf are hidden, and once something in an array was hidden, so are the plain
/// values behind it.
class ResultFilter::Walk final {
  public:
    void write(Json& to, const Json& from, const Level& level) {
        bool hidden = false;
        for (const auto& [name, value] : from.items()) {
            if (!value.is_structured()) {
                if (from.is_array() ? !hidden : level.members.contains(name))
                    add(to, name, value);
                continue;
            }
            const bool is_leaf = level.members.empty() && !level.element;
            const Level* next = is_leaf ? nullptr : below(level, from.is_array(), name);
            if (is_leaf) {
                add(to, name, value);
            } else if (next) {
                Json part = value.is_array() ? Json::array() : Json::object();
                write(part, value, *next);
                add(to, name, std::move(part));
            } else {
                hidden = true;
            }
        }
    }

    /// The place of the first mistake, in the order of the filter; empty if there is none.
    [[nodiscard]] std::string misused(const Level& level) const {
        if (misused_.contains(&level))
            return level.element ? " is an object" : " is an array";
        if (level.element) {
            const auto inside = misused(*level.element);
            return inside.empty() ? inside : "[]" + inside;
        }
        for (const auto& [name, member] : level.members)
            if (const auto inside = misused(member); !inside.empty())
                return "." + name + inside;
        return {};
    }

  private:
    static void add(Json& to, const std::string& name, Json value) {
        if (to.is_array())
            to.push_back(std::move(value));
        else
            to[name] = std::move(value);
    }

    const Level* below(const Level& level, bool in_array, const std::string& name) {
        if (in_array != (level.element != nullptr)) {
            misused_.insert(&level);
            return nullptr;
        }
        if (in_array)
            return level.element.get();
        const auto member = level.members.find(name);
        return member == level.members.end() ? nullptr : &member->second;
    }

    std::set<const Level*> misused_;
};

tl::expected<ResultFilter::Level, std::string> ResultFilter::read_level(std::string_view text) {
    const auto refuse = [](std::string_view what, std::string_view token) {
        return tl::unexpected("filter: " + std::string(what) + ": invalid token '" + std::string(token) + "'");
    };
    Level level;
    const auto given = read_given(text);
    if (!given)
        return level; // the filter of an element ends here
    if (!given->by_name && given->tokens.size() != 1)
        return refuse("Arrays can only have one element", text);
    for (const auto& [name, token] : given->tokens) {
        if (given->by_name && !read_given(token) && token != "true")
            return refuse("value must be true", token);
        auto inside = read_level(token);
        if (!inside)
            return inside;
        if (given->by_name)
            level.members.emplace(name, std::move(*inside));
        else
            level.element = std::make_unique<Level>(std::move(*inside));
    }
    return level;
}

tl::expected<ResultFilter, std::string> ResultFilter::read(std::string_view text) {
    const auto given = read_given(text);
    if (!given || !given->by_name)
        return tl::unexpected("filter: Expected object: invalid token '" + std::string(text) + "'");
    auto top = read_level(text);
    if (!top)
        return tl::unexpected(top.error());
    ResultFilter filter;
    filter.top_ = std::move(*top);
    return filter;
}

Json ResultFilter::apply(const Json& result) const {
    Walk walk;
    Json kept = Json::object();
    walk.write(kept, result, top_);
    if (const auto mistake = walk.misused(top_); !mistake.empty())
        kept["warning_parameter_filter"] = mistake;
    return kept;
}

} // namespace standin

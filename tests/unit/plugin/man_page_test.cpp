// The man pages against the program's tables: parameters, results, codes, options, topics.
#include "plugin/trackpayments/tables.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

namespace man_page_test {

using Texts = std::vector<std::string>;

namespace {

/// A page without its markup.
std::string page(const std::string& name) {
    std::ifstream file(MAN_DIR "/" + name + ".7.md");
    std::ostringstream text;
    text << file.rdbuf();
    return std::regex_replace(text.str(), std::regex(R"(\*|\\)"), "");
}

/// lightning-delpay(7) is Core Lightning's own page.
std::string page_of(const host::CommandSpec& spec) {
    return page(spec.name == "delpay" ? "trackpayments-delpay" : "lightning-" + std::string(spec.name));
}

std::string section(const std::string& page, const std::string& name) {
    const auto begin = page.find("\n# " + name + "\n");
    REQUIRE_MESSAGE(begin != std::string::npos, name);
    return page.substr(begin + 1, page.find("\n# ", begin + 1) - begin);
}

Texts found(const std::string& text, const std::string& pattern) {
    const std::regex regex(pattern);
    Texts all;
    for (std::sregex_iterator at(text.begin(), text.end(), regex); at != std::sregex_iterator(); ++at)
        all.push_back((*at)[1]);
    return all;
}

const char* name_of(cln::ParamType type) {
    switch (type) {
    case cln::ParamType::boolean:
        return "boolean";
    case cln::ParamType::hex:
        return "hex";
    case cln::ParamType::integer:
        return "integer";
    case cln::ParamType::string:
        return "string";
    }
    return "";
}

/// The lines that PARAMETERS must have: a heading, and the beginning of the description.
Texts parameters(const host::CommandSpec& spec) {
    Texts lines;
    for (const auto& param : spec.params)
        lines.push_back(std::string(param.name) + " (" + name_of(param.type) + (param.required ? "" : ", optional") +
                        ")\n: " + std::string(param.help));
    return lines;
}

std::vector<host::Command> commands() {
    return trackpayments::declaration(nullptr, true).commands;
}

} // namespace

TEST_CASE("PARAMETERS of each page has the declared parameters in order, with type and default") {
    for (const auto& [spec, serve, check] : commands()) {
        const auto text = section(page_of(spec), "PARAMETERS");
        std::size_t at = 0;
        for (const auto& line : parameters(spec)) {
            at = text.find(line, at);
            REQUIRE_MESSAGE(at != std::string::npos, line);
        }
        CHECK(found(text, R"((\w+) \([^)]*\)\n: )").size() == spec.params.size());
        Texts defaults;
        for (const auto& param : spec.params)
            if (!param.default_value.empty())
                defaults.emplace_back(param.default_value);
        CHECK(found(text, R"(Default (\w+))") == defaults);
    }
}

TEST_CASE("SYNOPSIS of each page is the usage") {
    for (const auto& [spec, serve, check] : commands()) {
        const auto usage = spec.params.empty() ? "" : " " + cln::usage(spec.params);
        CHECK(section(page_of(spec), "SYNOPSIS").find("\n" + std::string(spec.name) + usage + "\n") !=
              std::string::npos);
    }
}

TEST_CASE("the results of the pages have the declared members") {
    for (const auto& [spec, serve, check] : commands()) {
        const auto text = section(page_of(spec), "RETURN VALUE");
        for (const auto& member : spec.result) {
            const std::string name(member.name);
            const auto listed = "- " + name + " (" + std::string(member.type) + ")";
            const auto in_prose = "containing " + name + ", an " + std::string(member.type);
            CHECK_MESSAGE((text.find(listed) != std::string::npos || text.find(in_prose) != std::string::npos), name);
        }
    }
    const auto all = commands().front().spec;
    CHECK(found(section(page_of(all), "RETURN VALUE"), R"(\n- (\w+) \()").size() == all.result.size());
}

TEST_CASE("the error codes of the pages are the declared ones") {
    for (const auto& [spec, serve, check] : commands()) {
        std::set<std::string> codes;
        for (const int code : spec.codes)
            codes.insert(std::to_string(code));
        const auto shown = found(section(page_of(spec), "ERRORS"), R"(\n- (-?\d+): )");
        CHECK(std::set<std::string>(shown.begin(), shown.end()) == codes);
    }
}

TEST_CASE("the options of the page are the declared ones, with range and default") {
    const auto text = section(page("lightning-trackpayments"), "OPTIONS");
    const auto declared = trackpayments::declaration(nullptr, true);
    for (const auto& option : declared.options) {
        const auto at = text.find("\n" + std::string(option.name) + "=" + std::string(option.unit) + "\n: ");
        REQUIRE_MESSAGE(at != std::string::npos, option.name);
        const auto about = text.substr(at, text.find("\n\n", at) - at);
        const auto range = option.kind == host::Option::Kind::text
                               ? "Default " + std::string(option.default_text)
                               : std::to_string(option.least) + " to " + std::to_string(option.most) + ", default " +
                                     std::to_string(option.default_value);
        CHECK_MESSAGE(std::regex_replace(about, std::regex("\n"), " ").find(range) != std::string::npos, option.name);
        if (!option.old_name.empty())
            CHECK_MESSAGE(about.find(option.old_name) != std::string::npos, option.old_name);
    }
    CHECK(found(text, R"(\n([\w-]+)=\w+\n: )").size() == declared.options.size());
}

TEST_CASE("the topics of the page are those that are published") {
    Texts topics;
    for (const auto topic : trackpayments::declaration(nullptr, true).topics)
        topics.emplace_back(topic);
    CHECK(found(section(page("trackpayments-topics"), "TOPICS"), R"(\n(trackpayments\w*): )") == topics);
}

} // namespace man_page_test

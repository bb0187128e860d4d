// createrune, checkrune, blacklistrune (lightningd/runes.c).
#include "args.hpp"
#include "node.hpp"

namespace standin {

namespace {

/// An array of restrictions, each an array of alternatives.
std::optional<Restrictions> read_restrictions(const json::Tree& given) {
    Restrictions all;
    if (!given.is_array())
        return std::nullopt;
    for (const auto& one : given) {
        if (!one.is_array())
            return std::nullopt;
        std::string restriction;
        for (const auto& alternative : one) {
            if (!alternative.is_string() || !Runes::is_alternative(alternative.get_ref<const std::string&>()))
                return std::nullopt;
            restriction.append(restriction.empty() ? "" : "|").append(alternative.get_ref<const std::string&>());
        }
        all.push_back(std::move(restriction));
    }
    return all;
}

/// Complains as lightningd does unless it is a rune.
std::optional<std::string> read_rune(Args& args) {
    auto rune = args.string("rune");
    if (rune && !Runes::id_of(*rune))
        args.refuse("rune", "should be base64 string");
    return rune;
}

void createrune(Node& node, const RequestPtr& request) {
    Args args(*request, {{"rune"}, {"restrictions"}});
    const auto old = read_rune(args);
    const auto* given = args.find("restrictions");
    const auto restrictions = given ? read_restrictions(*given) : Restrictions{};
    if (!restrictions)
        args.refuse("restrictions", "not a valid restriction (should be array)");
    if (args.refused(*request))
        return;
    const auto rune = old ? *Runes::restrict(*old, *restrictions) : node.runes.create(*restrictions);
    node.journal.runes(node.runes);
    succeed(*request,
            R"({"rune":)" + json::quote(rune) + R"(,"unique_id":")" + std::to_string(*Runes::id_of(rune)) + "\"}");
}

void checkrune(Node& node, const RequestPtr& request) {
    Args args(*request, {{"rune", true}, {"nodeid"}, {"method"}, {"params"}});
    const auto rune = read_rune(args);
    RunedCall call{args.string("method"), {}, node.now()};
    if (const auto* params = args.find("params"))
        call.params = *params;
    if (args.refused(*request))
        return;
    if (const auto error = node.runes.check(*rune, call))
        return fail(*request, error->code, error->message);
    succeed(*request, R"({"valid":true})");
}

void blacklistrune(Node& node, const RequestPtr& request) {
    Args args(*request, {{"start"}, {"end"}, {"relist"}});
    const auto start = args.u64("start");
    const auto end = args.u64("end");
    const bool relist = args.boolean("relist").value_or(false);
    if (args.refused(*request))
        return;
    constexpr std::uint64_t most = 100'000'000;
    if (end && !start)
        return fail(*request, rpc::invalid_params, "Can not specify end without start");
    if (end.value_or(start.value_or(0)) >= most)
        return fail(*request, rpc::invalid_params, "Cannot blacklist beyond " + std::to_string(most));
    if (start)
        for (auto id = *start; id <= end.value_or(*start); ++id)
            relist ? (void)node.runes.blacklist.erase(id) : (void)node.runes.blacklist.insert(id);
    node.journal.runes(node.runes);
    std::string list;
    for (const auto id : node.runes.blacklist)
        list +=
            (list.empty() ? "" : ",") + (R"({"start":)" + std::to_string(id) + R"(,"end":)" + std::to_string(id) + "}");
    succeed(*request, R"({"blacklist":[)" + list + "]}");
}

} // namespace

void add_rune_commands(Node& node) {
    const auto add = [&node](const char* name, const char* usage, auto command) {
        node.commands.add(name, usage, [&node, command](const RequestPtr& request) { command(node, request); });
    };
    add("createrune", "[rune] [restrictions]", createrune);
    add("checkrune", "rune [nodeid] [method] [params]", checkrune);
    add("blacklistrune", "[start] [end] [relist]", blacklistrune);
}

} // namespace standin

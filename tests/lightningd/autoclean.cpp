// autoclean-once and autoclean-status: deletes old payments part by part over RPC, so that the delpay hook sees each
// (src/cln/README.md, "autoclean"; recording autoclean).
#include "args.hpp"
#include "node.hpp"

namespace standin {

namespace {

/// Rows per listing; the next listing waits until the deletions of this one are done.
constexpr std::uint64_t rows_a_batch = 100;

struct Run {
    RequestPtr request;
    std::string subsystem;
    Status status = Status::failed;
    std::uint64_t age = 0;
    std::uint64_t next = 1; ///< created_index
    std::uint64_t cleaned = 0;
    std::uint64_t uncleaned = 0;
    std::size_t outstanding = 0;
};

void list_batch(Node& node, const std::shared_ptr<Run>& run);

void finish(Node& node, Run& run) {
    node.cleaned[run.subsystem] += run.cleaned;
    succeed(*run.request, R"({"autoclean":{")" + run.subsystem + R"(":{"cleaned":)" + std::to_string(run.cleaned) +
                              R"(,"uncleaned":)" + std::to_string(run.uncleaned) + "}}}");
}

void got_batch(Node& node, const std::shared_ptr<Run>& run, const Reply& reply) {
    const auto result = reply.ok ? json::parse(reply.body) : json::parse("{}");
    const auto rows = result->value("payments", json::Tree::array());
    if (rows.empty())
        return finish(node, *run);
    run->outstanding = 1;
    const auto one_less = [&node, run] {
        if (--run->outstanding == 0)
            list_batch(node, run);
    };
    for (const auto& row : rows) {
        run->next = row.value("created_index", std::uint64_t{0}) + 1;
        if (row.value("status", "") != status_name(run->status))
            continue;
        if (row.value("created_at", std::uint64_t{0}) + run->age > node.now()) {
            ++run->uncleaned;
            continue;
        }
        ++run->outstanding;
        const std::string params = R"({"payment_hash":")" + row.value("payment_hash", "") + R"(","status":")" +
                                   std::string(status_name(run->status)) + R"(","groupid":)" +
                                   std::to_string(row.value("groupid", std::uint64_t{0})) + R"(,"partid":)" +
                                   std::to_string(row.value("partid", std::uint64_t{0})) + "}";
        node.call_as(*run->request, "autoclean", "delpay", params, [run, one_less](Request&, const Reply& deleted) {
            run->cleaned += deleted.ok ? 1 : 0;
            one_less();
        });
    }
    one_less();
}

void list_batch(Node& node, const std::shared_ptr<Run>& run) {
    const std::string params = R"({"index":"created","start":)" + std::to_string(run->next) + R"(,"limit":)" +
                               std::to_string(rows_a_batch) + "}";
    node.call_as(*run->request, "autoclean", "listsendpays", params,
                 [&node, run](Request&, const Reply& reply) { got_batch(node, run, reply); });
}

void once(Node& node, const RequestPtr& request) {
    Args args(*request, {{"subsystem", true}, {"age", true}});
    const auto subsystem = args.string("subsystem").value_or("");
    const auto age = args.u64("age");
    if (subsystem != "failedpays" && subsystem != "succeededpays")
        args.refuse("subsystem", "unknown subsystem");
    if (args.refused(*request))
        return;
    const auto run = std::make_shared<Run>();
    run->request = request;
    run->subsystem = subsystem;
    run->status = subsystem == "failedpays" ? Status::failed : Status::complete;
    run->age = *age;
    list_batch(node, run);
}

} // namespace

void add_autoclean(Node& node) {
    node.commands.add_inner("autoclean", "autoclean-once", "subsystem age",
                            [&node](const RequestPtr& request) { once(node, request); });
    node.commands.add_inner("autoclean", "autoclean-status", "[subsystem]", [&node](const RequestPtr& request) {
        std::string json = R"({"autoclean":{)";
        for (const char* name : {"succeededpays", "failedpays"})
            json.append(json.back() == '{' ? "\"" : ",\"")
                .append(name)
                .append(R"(":{"enabled":false,"cleaned":)")
                .append(std::to_string(node.cleaned[name]))
                .append("}");
        succeed(*request, json + "}}");
    });
}

} // namespace standin

// listsendpays, delpay, wait, waitsendpay: lightningd's commands on the payments table (lightningd/pay.c,
// lightningd/wait.c; src/cln/README.md, "listsendpays", "wait", "delpay").
#include "args.hpp"
#include "node.hpp"

#include <algorithm>

namespace standin {

namespace {

std::optional<Status> read_status(Args& args, const char* name) {
    const auto value = args.token(name);
    if (!value)
        return std::nullopt;
    for (const auto status : {Status::pending, Status::complete, Status::failed})
        if (*value == status_name(status))
            return status;
    args.refuse(name, "should be an invoice status");
    return std::nullopt;
}

std::optional<Index> read_index(Args& args, const char* name) {
    const auto value = args.token(name);
    if (!value)
        return std::nullopt;
    if (*value == "created")
        return Index::created;
    if (*value == "updated")
        return Index::updated;
    if (*value == "deleted")
        return Index::deleted;
    args.refuse(name, "unknown index");
    return std::nullopt;
}

void append_row(std::string& json, const Row& row) {
    json.append(json.back() == '[' ? "{" : ",{");
    append_fields(json, row);
    json.push_back('}');
}

struct Page {
    std::optional<Status> status;
    std::optional<Index> index;
    std::uint64_t start = 0;
    std::uint64_t limit = UINT64_MAX;
};

void list_page(Node& node, const Page& page, std::string& json) {
    Ledger& ledger = node.ledger;
    std::uint64_t left = page.limit;
    const auto take = [&](const Row* row) {
        if (row && left > 0 && (!page.status || row->status == *page.status)) {
            append_row(json, *row);
            --left;
        }
    };
    if (page.status == Status::pending && page.index != Index::updated) {
        for (auto at = ledger.pending().lower_bound(page.start); at != ledger.pending().end(); ++at)
            take(ledger.by_created(*at));
    } else if (page.index == Index::updated) {
        // Rows never updated have index 0: only start=0 lists them.
        if (page.start == 0)
            for (const auto created : ledger.never_updated())
                take(ledger.by_created(created));
        for (auto at = std::max<std::uint64_t>(page.start, 1); left > 0 && at <= ledger.counter(Index::updated); ++at)
            take(ledger.by_updated(at));
    } else {
        for (auto at = std::max(page.start, ledger.first()); left > 0 && at <= ledger.counter(Index::created); ++at)
            take(ledger.by_created(at));
    }
}

void listsendpays(Node& node, const RequestPtr& request) {
    Args args(*request, {{"bolt11"}, {"payment_hash"}, {"status"}, {"index"}, {"start"}, {"limit"}});
    const auto invstring = args.string("bolt11");
    auto hash = args.hash("payment_hash");
    Page page;
    page.status = read_status(args, "status");
    page.index = read_index(args, "index");
    page.start = args.u64("start").value_or(0);
    const auto limit = args.u32("limit", "should be an unsigned 32 bit integer");
    page.limit = limit.value_or(UINT64_MAX);
    if (args.refused(*request))
        return;
    const auto refuse = [&](const char* why) { fail(*request, rpc::invalid_params, why); };
    if (hash && invstring)
        return refuse("Can only specify one of {bolt11} or {payment_hash}");
    if (page.start != 0 && !page.index)
        return refuse("Can only specify {start} with {index}");
    if (limit && !page.index)
        return refuse("Can only specify {limit} with {index}");
    if ((hash || invstring) && page.start != 0)
        return refuse("Cannot use start with bolt11 or payment_hash");
    if (invstring) {
        const Invoice* invoice = node.invoices.by_text(*invstring);
        if (!invoice)
            return refuse("Invalid invstring: invalid bech32 string");
        hash = invoice->hash;
    }
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"listsendpays"})");
    std::string json = R"({"payments":[)";
    if (hash) {
        // Then status, index and limit are ignored.
        for (const Row* row : node.ledger.of_hash(*hash))
            append_row(json, *row);
    } else {
        list_page(node, page, json);
    }
    succeed(*request, json + "]}");
}

void delpay(Node& node, const RequestPtr& request) {
    Args args(*request, {{"payment_hash", true}, {"status", true}, {"partid"}, {"groupid"}});
    const auto hash = args.hash("payment_hash");
    const auto status = read_status(args, "status");
    if (status == Status::pending)
        args.refuse("status", "Cannot delete pending status");
    const auto partid = args.u64("partid");
    const auto groupid = args.u64("groupid");
    if (args.refused(*request))
        return;
    if (partid.has_value() != groupid.has_value())
        return fail(*request, rpc::invalid_params, "Must set both partid and groupid, or neither");
    const auto rows = node.ledger.of_hash(*hash);
    if (rows.empty())
        return fail(*request, 208, "Unknown payment with payment_hash: " + hash->hex());
    std::vector<Row*> doomed;
    std::optional<Status> other;
    for (Row* row : rows) {
        if (groupid && (row->groupid != *groupid || row->partid != *partid))
            continue;
        if (row->status == *status)
            doomed.push_back(row);
        else
            other = row->status;
    }
    // Both are 208; the manual's 211 is never returned.
    if (doomed.empty() && other)
        return fail(*request, 208,
                    "Payment with hash " + hash->hex() + " has " + std::string(status_name(*other)) +
                        " status but it different from the one provided " + std::string(status_name(*status)));
    if (doomed.empty())
        return fail(*request, 208, "No payment for that payment_hash with that partid and groupid");
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"delpay"})");
    std::string json = R"({"payments":[)";
    for (const Row* row : doomed)
        append_row(json, *row);
    for (Row* row : doomed) {
        node.journal.removed(*row, groupid.has_value());
        node.ledger.remove(*row, groupid.has_value());
    }
    succeed(*request, json + "]}");
}

void wait(Node& node, const RequestPtr& request) {
    Args args(*request, {{"subsystem", true}, {"indexname", true}, {"nextvalue", true}});
    const std::string subsystem(args.token("subsystem").value_or(""));
    if (args.find("subsystem") && !node.version.waits_for(subsystem))
        args.refuse("subsystem", "unknown subsystem");
    const auto index = read_index(args, "indexname");
    const auto next = args.u64("nextvalue");
    if (args.refused(*request))
        return;
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"wait"})");
    node.waits.wait(request, subsystem, *index, *next, subsystem == "sendpays" ? node.ledger.counter(*index) : 0);
}

void answer_ended(Request& request, const Row& row, const Sendpays::Failure& failure, bool live) {
    if (row.status == Status::complete)
        return succeed(request, row_json(row));
    if (!failure || (failure->decoded && failure->erring_node.empty() && !live))
        return fail(request, 209, "Payment failure reason unknown");
    // At the end: the row before its update, with the raw message. Later: the row after it, without.
    std::string data = "{";
    append_fields(data, row, live);
    append_failure(data, *failure, live);
    const int code = !live && failure->decoded && (failure->failcode & 0x8000) ? 202 : failure->code;
    fail(request, code, failure_message(*failure), data + "}");
}

void waitsendpay(Node& node, const RequestPtr& request) {
    Args args(*request, {{"payment_hash", true}, {"timeout"}, {"partid"}, {"groupid"}});
    const auto hash = args.hash("payment_hash");
    const auto timeout = args.u32("timeout", "should be an integer");
    const auto partid = args.u64("partid").value_or(0);
    auto groupid = args.u64("groupid");
    if (args.refused(*request))
        return;
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"waitsendpay"})");
    if (!groupid)
        groupid = node.ledger.last_groupid(*hash);
    const Row* row = node.ledger.find(*hash, *groupid, partid);
    if (!row)
        return fail(*request, 208,
                    "Never attempted payment part " + std::to_string(partid) + " for '" + hash->hex() + "'");
    if (row->status != Status::pending)
        return answer_ended(*request, *row, row->extra ? row->extra->failure : nullptr, false);
    node.sendpays.when_done(*row, [request](const Row& ended, const Sendpays::Failure& failure) {
        answer_ended(*request, ended, failure, true);
    });
    if (timeout)
        node.schedule.after(std::chrono::seconds(*timeout),
                            [request] { fail(*request, 200, "Timed out while waiting"); });
}

} // namespace

void add_row_commands(Node& node) {
    const auto add = [&node](const char* name, const char* usage, auto command) {
        node.commands.add(
            name, usage, [&node, command](const RequestPtr& request) { command(node, request); }, true);
    };
    add("listsendpays", "[bolt11] [payment_hash] [status] [index] [start] [limit]", listsendpays);
    add("delpay", "payment_hash status [partid] [groupid]", delpay);
    add("wait", "subsystem indexname nextvalue", wait);
    add("waitsendpay", "payment_hash [timeout] [partid] [groupid]", waitsendpay);
}

} // namespace standin

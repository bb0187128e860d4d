#include "commands/delpay.hpp"

#include "cln/command_params.hpp"
#include "cln/result_filter.hpp"
#include "json/parser.hpp"

#include <array>

namespace commands {

namespace {

using payments::PartStatus;

constexpr std::array<cln::Param, 4> delpay_params{{
    {"payment_hash", true, cln::ParamType::hex, "The hash of the payment"},
    {"status", true, cln::ParamType::string, "complete or failed"},
    {"partid", false, cln::ParamType::integer, "Only this part"},
    {"groupid", false, cln::ParamType::integer, "Only a part of this group"},
}};
constexpr std::array<host::Member, 1> delpay_result{{{"payments", "array"}}};
constexpr std::array<int, 3> delpay_codes{rpc::invalid_params, no_such_payment, other_status};

tl::expected<PartStatus, rpc::Error> read_status(const json::Tree& value) {
    if (value == "complete")
        return PartStatus::complete;
    if (value == "failed")
        return PartStatus::failed;
    if (value == "pending")
        return tl::unexpected(cln::bad_param("status", value, "Cannot delete pending status"));
    return tl::unexpected(cln::bad_param("status", value, "should be an invoice status"));
}

bool concerns(const DelpayRequest& request, const payments::Row& row) {
    return !request.part || (row.partid == request.part->partid && row.key.group == request.part->group);
}

/// For a refusal with 208: true if the requested rows exist with another status. `before`: the rows as listed earlier.
/// If one of them had the right status, another caller has deleted it since. lightningd's message shows if there are no
/// rows at all.
bool has_other_status(const DelpayRequest& request, const std::vector<payments::Row>& before,
                      std::string_view message) {
    if (message.starts_with("Unknown payment") || message.starts_with("No payment for"))
        return false;
    bool exists = false;
    for (const auto& row : before) {
        if (!concerns(request, row))
            continue;
        if (row.status == request.status)
            return false;
        exists = true;
    }
    return exists;
}

} // namespace

constinit const host::CommandSpec delpay_spec{
    .name = "delpay",
    .params = delpay_params,
    .description = "Delete the parts of {payment_hash} that have {status} (complete or failed), or only "
                   "the one with {partid} and {groupid}",
    .long_description = {},
    .category = "payment",
    .result = delpay_result,
    .codes = delpay_codes,
    .built_in = true,
};

tl::expected<DelpayRequest, rpc::Error> read_delpay(const json::Tree& params) {
    const auto args = cln::Args::bind(params, delpay_params);
    if (!args)
        return tl::unexpected(args.error());
    DelpayRequest request;
    const auto hash = cln::read_hash("payment_hash", *args->find("payment_hash"));
    if (!hash)
        return tl::unexpected(hash.error());
    request.hash = *hash;
    const auto status = read_status(*args->find("status"));
    if (!status)
        return tl::unexpected(status.error());
    request.status = *status;
    const auto* partid = args->find("partid");
    const auto* group = args->find("groupid");
    if (!partid && !group)
        return request;
    tl::expected<std::uint64_t, rpc::Error> numbers[2] = {0, 0};
    if (partid)
        numbers[0] = cln::read_u64("partid", *partid);
    if (group)
        numbers[1] = cln::read_u64("groupid", *group);
    for (const auto& number : numbers)
        if (!number)
            return tl::unexpected(number.error());
    if (!partid || !group)
        return tl::unexpected(rpc::Error{rpc::invalid_params, "Must set both partid and groupid, or neither"});
    request.part = {{*numbers[0]}, {*numbers[1]}};
    return request;
}

Delpay::Delpay(cln::Lightningd& lightningd, Deleted deleted, base::Log log)
    : lightningd_(lightningd), deleted_(std::move(deleted)), log_(std::move(log)) {}

void Delpay::serve(const DelpayRequest& request, const cln::HookedCall& call, const Answer& answer) {
    const auto lost = [answer] { answer(cln::hook_continue()); };
    const auto listed = [this, request, params = std::string(call.params), filter = std::string(call.filter), answer,
                         lost](const auto& listing) {
        auto before = listing ? listing->rows : std::vector<payments::Row>{};
        // The filter is applied here: lightningd does not filter a hook's result, and the table needs the whole rows.
        const auto deleted = [this, request, before = std::move(before), filter, answer](const auto& reply) {
            done(request, before, filter, reply, answer);
        };
        lightningd_.delpay(params, deleted, lost);
    };
    lightningd_.list(request.hash, listed, lost);
}

void Delpay::done(const DelpayRequest& request, const std::vector<payments::Row>& before, const std::string& filter,
                  const tl::expected<std::string_view, rpc::Client::Failure>& reply, const Answer& answer) {
    if (!reply) {
        const auto& error = reply.error().error;
        const bool other = error.code == no_such_payment && has_other_status(request, before, error.message);
        return answer(cln::hook_return_error(other ? other_status : error.code, error.message));
    }
    json::Parser parser;
    const auto result = parser.read(*reply);
    const auto rows = result ? cln::decode_rows(*result) : tl::unexpected(cln::DecodeError{"result", "not JSON"});
    if (!rows || !rows->errors.empty())
        log_(base::LogLevel::unusual,
             "rows deleted by delpay skipped: " + (rows ? rows->errors.front() : rows.error()).text());
    // A result that is not JSON would abort lightningd, and a bare string would lose its quotes (lightningd/jsonrpc.c).
    if (!result || result->text()) {
        answer(cln::hook_return_error(unreadable_answer, "lightningd's answer to delpay is malformed"));
    } else if (filter.empty()) {
        answer(cln::hook_return_result(*reply));
    } else {
        const auto wanted = json::parse(filter);
        answer(cln::hook_return_result(wanted ? cln::filter_text(*reply, *wanted) : std::string(*reply)));
    }
    if (rows)
        deleted_(rows->rows, before);
}

} // namespace commands

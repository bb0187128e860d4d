// `delpay payment_hash status [partid] [groupid]`.
#include "commands/delpay.hpp"
#include "refused_params.hpp"

namespace delpay_target {

namespace {

constexpr std::array<const char*, 4> names{"payment_hash", "status", "partid", "groupid"};

auto all_of(const commands::DelpayRequest& request) {
    const auto part = request.part.value_or(commands::DelpayRequest::Which{});
    return std::make_tuple(request.hash, request.status, request.part.has_value(), part.partid, part.group);
}

} // namespace

FUZZ_TARGET(delpay) {
    const auto params = fuzz::json_of(data, size);
    if (!params)
        return 0;
    const auto request = commands::read_delpay(*params);
    if (!request)
        fuzz::check_refusal(request.error());
    if (!params->is_object())
        return 0;
    if (request) {
        fuzz::require(fuzz::is_hex(fuzz::at(*params, "payment_hash"), request->hash.hex()), "payment_hash");
        const bool complete = request->status == payments::PartStatus::complete;
        fuzz::require(complete || request->status == payments::PartStatus::failed, "a pending part is never deleted");
        fuzz::require(*fuzz::at(*params, "status") == (complete ? "complete" : "failed"), "status");
        const auto* partid = fuzz::at(*params, "partid");
        const auto* group = fuzz::at(*params, "groupid");
        fuzz::require((partid != nullptr) == request->part.has_value() && (group != nullptr) == (partid != nullptr),
                      "partid and groupid are given together");
        fuzz::require(!partid || (fuzz::is_amount(partid, request->part->partid.value) &&
                                  fuzz::is_amount(group, request->part->group.value)),
                      "the part is the one named");
    }
    if (const auto list = fuzz::by_position(*params, names)) {
        const auto again = commands::read_delpay(*list);
        fuzz::require(again.has_value() == request.has_value() && (!request || all_of(*again) == all_of(*request)),
                      "named and positional parameters give the same");
    }
    return 0;
}

} // namespace delpay_target

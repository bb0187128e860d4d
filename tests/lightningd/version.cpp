#include "version.hpp"

#include <algorithm>
#include <array>

namespace standin {

tl::expected<Version, std::string> Version::named(std::string_view name) {
    static const std::array<Version, 6> all{Version("v23.11", {23, 11, 0}),   Version("v24.11", {24, 11, 0}),
                                            Version("v24.11.2", {24, 11, 2}), Version("v25.05", {25, 5, 0}),
                                            Version("v25.12", {25, 12, 0}),   Version()};
    const auto* const found =
        std::find_if(all.begin(), all.end(), [&](const Version& version) { return version.name() == name; });
    if (found != all.end())
        return *found;
    std::string error = "--version-as: " + std::string(name) + " is not imitated, only";
    for (const auto& version : all)
        error.append(" ").append(version.name());
    return tl::unexpected(std::move(error));
}

bool Version::waits_for(std::string_view subsystem) const {
    const auto is_one_of = [&](auto... names) { return ((subsystem == names) || ...); };
    return is_one_of("forwards", "sendpays", "invoices") || (since(25, 5) && subsystem == "htlcs") ||
           (since(25, 12) && is_one_of("chainmoves", "channelmoves", "networkevents"));
}

bool Version::nests_id(std::string_view plugin, std::string_view method) const {
    if (since(24, 11))
        return true;
    const bool looks = method == "listsendpays" && plugin != "autoclean";
    return looks || (plugin == "pay" && method == "sendpay"); // that sendpay pays our own node
}

bool Version::redirects_pay_with(std::string_view param) const {
    const auto is_one_of = [&](auto... names) { return ((param == names) || ...); };
    return is_one_of("bolt11", "amount_msat", "retry_for", "maxfee", "partial_msat", "maxfeepercent", "exemptfee") ||
           (since(25, 5) && param == "maxdelay") || (since(26, 6) && is_one_of("label", "localinvreqid"));
}

} // namespace standin

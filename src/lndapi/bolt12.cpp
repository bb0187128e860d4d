#include "lndapi/bolt12.hpp"

#include "json/members.hpp"

namespace lndapi {

consumer::SnapshotPtr without_bolt12_invoice(const consumer::SnapshotPtr& payment) {
    const std::string_view json = payment->json;
    std::string without;
    std::size_t copied = 0; // of json
    json::ObjectScanner members(json);
    while (const auto member = members.next()) {
        const bool is_bolt12 = member->value.starts_with(R"("lni1)") || member->value.starts_with(R"("LNI1)");
        if (member->key != R"("payment_request")" || !is_bolt12)
            continue;
        const auto at = static_cast<std::size_t>(member->value.data() - json.data());
        without.append(json.substr(copied, at - copied)).append(R"("")");
        copied = at + member->value.size();
    }
    if (copied == 0 || !members.ok())
        return payment;
    auto changed = *payment;
    changed.json = without.append(json.substr(copied));
    return std::make_shared<const consumer::Snapshot>(std::move(changed));
}

} // namespace lndapi
